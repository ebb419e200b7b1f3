/** The Java API of training: {@code train} and {@code adapt} for programs. */
@NullMarked
@CheckReturnValue
package org.kgcoop.api.train;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
