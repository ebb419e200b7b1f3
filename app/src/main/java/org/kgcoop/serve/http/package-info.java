/** The HTTP layers in front of the endpoints: access control, limits and rejections. */
@NullMarked
@CheckReturnValue
package org.kgcoop.serve.http;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
