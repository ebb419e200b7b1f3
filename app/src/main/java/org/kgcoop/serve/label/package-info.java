/** A local server and its web page that label a folder of images. */
@NullMarked
@CheckReturnValue
package org.kgcoop.serve.label;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
