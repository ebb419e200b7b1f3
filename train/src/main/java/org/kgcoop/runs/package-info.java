/** The folders of runs and tables. {@link org.kgcoop.runs.RunFolder} writes a run. */
@NullMarked
@CheckReturnValue
package org.kgcoop.runs;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
