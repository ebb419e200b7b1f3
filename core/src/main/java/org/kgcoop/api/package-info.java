/** The Java API: classification, features of images and texts, training and adaptation. */
@NullMarked
@CheckReturnValue
package org.kgcoop.api;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
