/**
 * Training: {@link org.kgcoop.train.Trainer} is the loop, visible in full; {@link
 * org.kgcoop.train.Schedule} gives the rates, {@link org.kgcoop.runs.RunFolder} keeps what a run
 * writes, {@link org.kgcoop.runs.Checkpoint} what it needs to go on.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.train;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
