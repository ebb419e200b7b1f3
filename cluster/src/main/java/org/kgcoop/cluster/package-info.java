/**
 * The commands for Apache Spark. They have a module of their own, because Spark is much larger than
 * kgcoop. {@code session} opens Spark.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.cluster;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
