/** A trained prompt, or class names alone, as an object that a program classifies images with. */
@NullMarked
@CheckReturnValue
package org.kgcoop.classify;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
