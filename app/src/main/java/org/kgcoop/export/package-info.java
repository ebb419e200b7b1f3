/**
 * Classifiers as files that other programs run: with the image encoder as ONNX, or the weights of
 * linear ones alone. Start at {@link org.kgcoop.export.OnnxClassifier}.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.export;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
