/**
 * Choice of a method for a given set of images. Candidates are compared by cross-validation, and
 * the best one is trained on all images.
 */
@NullMarked
package org.kgcoop.adapt;

import org.jspecify.annotations.NullMarked;
