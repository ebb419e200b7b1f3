/** Pages for a browser: the one that classifies, its examples, and those of stored runs. */
@NullMarked
@CheckReturnValue
package org.kgcoop.serve.page;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
