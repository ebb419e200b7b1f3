/** The web page that classifies images. */
@NullMarked
@CheckReturnValue
package org.kgcoop.serve.page;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
