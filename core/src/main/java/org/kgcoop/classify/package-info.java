/**
 * Classifiers for programs, made of what a run has learned or of class names alone; and features of
 * images and texts.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.classify;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
