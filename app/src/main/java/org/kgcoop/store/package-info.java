/**
 * Stored runs and tables of them, with what stands behind their differences. Stored results are
 * enough; nothing is run and no model loaded. Start at {@link org.kgcoop.store.RunsBelow} and {@link
 * org.kgcoop.store.RunTable}.
 */
@CheckReturnValue
@NullMarked
package org.kgcoop.store;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
