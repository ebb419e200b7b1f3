/**
 * Stored runs and tables of them, with what stands behind their differences. Stored results are
 * enough; nothing is run and no model loaded. Start at {@link org.kgcoop.tables.RunsBelow} and
 * {@link org.kgcoop.tables.RunTable}.
 */
@CheckReturnValue
@NullMarked
package org.kgcoop.tables;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
