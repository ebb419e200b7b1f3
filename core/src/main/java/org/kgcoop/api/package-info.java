/** Training for programs: the Java API of {@code ./kgcoop train}. */
@NullMarked
@CheckReturnValue
package org.kgcoop.api;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
