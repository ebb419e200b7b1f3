/**
 * From predictions to numbers; pure functions. Start at {@link org.kgcoop.eval.Evaluation}, which
 * holds the counts that percentages are derived from.
 */
@NullMarked
package org.kgcoop.eval;

import org.jspecify.annotations.NullMarked;
