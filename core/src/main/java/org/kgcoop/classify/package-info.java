/** Classifiers for programs, trained or zero-shot, and features of images and texts. */
@NullMarked
@CheckReturnValue
package org.kgcoop.classify;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
