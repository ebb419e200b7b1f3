/** Opens Spark in this process or on a cluster, without log output and with clear errors. */
@NullMarked
@CheckReturnValue
package org.kgcoop.cluster.session;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
