/**
 * The published algorithm, written plainly on the same engine, against ours: same process, same
 * settings, one after the other. {@link org.kgcoop.bench.Main} lists the cases.
 */
@NullMarked
package org.kgcoop.bench;

import org.jspecify.annotations.NullMarked;
