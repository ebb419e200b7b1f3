/** Tests of attempts, and of runs that fail or run twice. */
@NullMarked
package org.kgcoop.cluster.experiments;

import org.jspecify.annotations.NullMarked;
