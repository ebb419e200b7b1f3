/**
 * Benchmarks. Each compares the speed of kgcoop with a plain implementation of the published
 * algorithm on the same engine, in the same process and with the same settings. {@link
 * org.kgcoop.bench.Main} lists the cases.
 */
@NullMarked
package org.kgcoop.bench;

import org.jspecify.annotations.NullMarked;
