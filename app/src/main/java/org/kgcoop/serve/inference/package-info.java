/** The Open Inference Protocol: its requests and answers, as JSON and binary tensors. */
@NullMarked
@CheckReturnValue
package org.kgcoop.serve.inference;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
