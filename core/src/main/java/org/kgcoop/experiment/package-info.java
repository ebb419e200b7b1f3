/**
 * Experiments: data, methods, training, evaluation and results. {@link org.kgcoop.experiment.Trial}
 * is the unit of an experiment. A {@link org.kgcoop.experiment.Protocol} defines many trials and a
 * table.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.experiment;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
