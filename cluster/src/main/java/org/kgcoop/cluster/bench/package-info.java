/** Benchmarks of this module. */
@NullMarked
@CheckReturnValue
package org.kgcoop.cluster.bench;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
