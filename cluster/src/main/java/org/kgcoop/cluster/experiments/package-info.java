/**
 * Experiments with one run per task. The driver finds missing runs, and {@code TrialTask} executes
 * one. {@code Attempts} ensures that a run folder is complete or absent.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.cluster.experiments;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
