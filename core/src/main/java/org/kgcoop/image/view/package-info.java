/**
 * Transforms from images to normalized values. {@link org.kgcoop.image.view.Transform} resizes and
 * crops as Pillow does. {@link org.kgcoop.image.view.ViewRecipe} creates random training views,
 * each a pure function of its seeds.
 */
@NullMarked
package org.kgcoop.image.view;

import org.jspecify.annotations.NullMarked;
