/**
 * Stored runs, and tables of them with confidence intervals. The package reads only stored results:
 * it neither runs an experiment nor loads a model. Start at {@link org.kgcoop.tables.RunsBelow} and
 * {@link org.kgcoop.tables.RunTable}.
 */
@CheckReturnValue
@NullMarked
package org.kgcoop.tables;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
