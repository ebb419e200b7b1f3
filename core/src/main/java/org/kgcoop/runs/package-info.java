/**
 * The folders that runs and tables leave: {@link org.kgcoop.runs.RunFolder} is one that is written.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.runs;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
