/**
 * A grid of experiments, one trial a task. The driver knows what is missing, {@code TrialTask} does
 * one trial, {@code Attempts} sees to it that a run folder is there whole, once, or not at all.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.cluster.experiments;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
