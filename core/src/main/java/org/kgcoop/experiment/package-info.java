/**
 * Whole experiments: data, method, training, evaluation, and what is written of them. {@link
 * org.kgcoop.experiment.Trial} is their unit, a {@link org.kgcoop.experiment.Protocol} many of them
 * and a table.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.experiment;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
