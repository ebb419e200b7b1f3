/**
 * Experiments: data, methods, training, evaluation and results. {@link org.kgcoop.trial.Trial} is
 * the unit of an experiment. A {@link org.kgcoop.trial.Protocol} defines many trials and a table.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.trial;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
