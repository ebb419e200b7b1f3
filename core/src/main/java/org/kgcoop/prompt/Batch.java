package org.kgcoop.prompt;

import org.kgcoop.tensor.Tensor;

/**
 * The features and labels of some training images.
 *
 * @param features (B, E), unit rows
 * @param labels (B) int64, 0 to C - 1
 * @param step the number of the step that they are for, from 0: a learner that draws numbers does
 *     so by it
 */
public record Batch(Tensor features, Tensor labels, long step) {
  public Batch {
    if (features.size(0) != labels.size(0)) {
      throw new IllegalArgumentException(
          "batch: " + features.size(0) + " features, " + labels.size(0) + " labels");
    }
  }

  /** The batch of the first step. */
  public Batch(Tensor features, Tensor labels) {
    this(features, labels, 0);
  }
}
