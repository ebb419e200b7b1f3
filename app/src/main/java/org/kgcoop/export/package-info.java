/**
 * Exports classifiers for other programs, as ONNX with the image encoder or as the weights of a
 * linear classifier, and features of images and texts.
 *
 * <p>Start at {@link org.kgcoop.export.OnnxClassifier} and {@link
 * org.kgcoop.export.FeatureFormats}.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.export;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
