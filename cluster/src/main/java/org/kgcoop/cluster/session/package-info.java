/** Spark, opened as a command line needs it: here or on a cluster, quietly, with clear errors. */
@NullMarked
@CheckReturnValue
package org.kgcoop.cluster.session;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
