/**
 * From a folder of unlabeled images to a classifier: the next images to label, the classifier after
 * each answer, and its accuracy on random images.
 */
@CheckReturnValue
@NullMarked
package org.kgcoop.label;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
