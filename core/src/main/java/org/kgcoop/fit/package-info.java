/** Training for programs: what {@code ./kgcoop train} does, called from Java. */
@NullMarked
@CheckReturnValue
package org.kgcoop.fit;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
