/** Classification, features, training and adaptation for programs. */
@NullMarked
@CheckReturnValue
package org.kgcoop.api;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
