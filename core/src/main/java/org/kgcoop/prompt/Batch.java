package org.kgcoop.prompt;

import org.kgcoop.tensor.Tensor;

/**
 * The features and labels of some training images.
 *
 * @param features (B, E), unit rows
 * @param labels (B) int64, 0 to C - 1
 */
public record Batch(Tensor features, Tensor labels) {
  public Batch {
    if (features.size(0) != labels.size(0)) {
      throw new IllegalArgumentException(
          "batch: " + features.size(0) + " features, " + labels.size(0) + " labels");
    }
  }
}
