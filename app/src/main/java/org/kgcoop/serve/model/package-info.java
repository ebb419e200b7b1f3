/** Shared models, and the decoding and encoding of the images of requests. */
@NullMarked
@CheckReturnValue
package org.kgcoop.serve.model;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
