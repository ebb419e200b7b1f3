/**
 * The experiment store: run folders, an index over them, and tables with what stands behind their
 * differences. Stored results are enough; nothing is run and no model loaded. Start at {@link
 * org.kgcoop.store.RunIndex} and {@link org.kgcoop.store.RunTable}.
 */
@CheckReturnValue
@NullMarked
package org.kgcoop.store;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
