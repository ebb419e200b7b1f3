/**
 * Classifiers as files that other programs run: with the image encoder as ONNX, or the weights of
 * linear ones alone; and features of images and texts. Start at {@link
 * org.kgcoop.export.OnnxClassifier} and {@link org.kgcoop.export.FeatureFormats}.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.export;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
