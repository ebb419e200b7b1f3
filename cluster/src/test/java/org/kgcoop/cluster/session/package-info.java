/** Tests of Spark in the process of the test. */
@NullMarked
package org.kgcoop.cluster.session;

import org.jspecify.annotations.NullMarked;
