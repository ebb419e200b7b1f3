/** The journal of a labeling session. {@link org.kgcoop.journal.LabelJournal} reads it. */
@NullMarked
@CheckReturnValue
package org.kgcoop.journal;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
