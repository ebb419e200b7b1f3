/**
 * The choice of a method for the images at hand: candidates are measured by folds, the best is
 * trained on all.
 */
@NullMarked
package org.kgcoop.adapt;

import org.jspecify.annotations.NullMarked;
