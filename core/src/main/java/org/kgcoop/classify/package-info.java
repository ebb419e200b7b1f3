/** What a run has learned, or class names alone, as an object that classifies images. */
@NullMarked
@CheckReturnValue
package org.kgcoop.classify;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
