/**
 * The way from an image to normalized numbers: {@link org.kgcoop.image.view.Transform} resizes and
 * crops as Pillow does, {@link org.kgcoop.image.view.ViewRecipe} draws the random views of
 * training, each a pure function of its seeds.
 */
@NullMarked
package org.kgcoop.image.view;

import org.jspecify.annotations.NullMarked;
