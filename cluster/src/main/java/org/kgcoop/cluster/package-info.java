/**
 * kgcoop on Apache Spark: the commands. A distribution of its own, since what Spark brings is many
 * times the size of the program. {@code session} opens Spark.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.cluster;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
