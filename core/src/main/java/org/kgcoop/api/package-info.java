/** The Java API of classification, and of features of images and texts. */
@NullMarked
@CheckReturnValue
package org.kgcoop.api;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
