/**
 * Classifiers as files that other programs run: class features alone, or with the image encoder as
 * ONNX. Start at {@link org.kgcoop.export.OnnxClassifier}.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.export;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
