/**
 * Training. {@link org.kgcoop.train.Trainer} is the training loop, {@link
 * org.kgcoop.train.Schedule} computes the learning rates, {@link org.kgcoop.runs.RunFolder}
 * contains the files of a run, and {@link org.kgcoop.runs.Checkpoint} the state to resume from.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.train;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
