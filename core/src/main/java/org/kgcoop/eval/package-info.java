/**
 * Metrics from predictions, as pure functions. Start at {@link org.kgcoop.eval.Evaluation}, which
 * contains the counts.
 */
@NullMarked
package org.kgcoop.eval;

import org.jspecify.annotations.NullMarked;
