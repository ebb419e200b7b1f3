package org.kgcoop.model;

import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.Tensor;

/**
 * Some training images with their labels, in the form that {@link TrainableModel#inputs} asks for.
 */
public final class Batch {
  private final @Nullable Tensor features;
  private final @Nullable Tensor rows;
  private final Tensor labels;
  private final long step;

  /**
   * A batch of images.
   *
   * @param features (B, E), unit rows, or null where nobody asks for them
   * @param rows (B, L, W) of the image encoder, or null where nobody asks for them
   * @param labels (B) int64, 0 to C - 1
   * @param step the number of the step that they are for, from 0: a learner that draws numbers does
   *     so by it
   */
  public Batch(@Nullable Tensor features, @Nullable Tensor rows, Tensor labels, long step) {
    this.features = features;
    this.rows = rows;
    this.labels = labels;
    this.step = step;
    for (Tensor images : new Tensor[] {features, rows}) {
      if (images != null && images.size(0) != labels.size(0)) {
        throw new IllegalArgumentException(
            "batch: " + images.size(0) + " images, " + labels.size(0) + " labels");
      }
    }
  }

  /** A batch of features alone. */
  public Batch(Tensor features, Tensor labels, long step) {
    this(features, null, labels, step);
  }

  /** The batch of the first step. */
  public Batch(Tensor features, Tensor labels) {
    this(features, labels, 0);
  }

  /** (B, E), unit rows of the frozen encoder. */
  public Tensor features() {
    return given(features, "features");
  }

  /** (B, L, W), rows of the image encoder in front of the block that was asked for. */
  public Tensor rows() {
    return given(rows, "rows");
  }

  private static Tensor given(@Nullable Tensor images, String what) {
    if (images == null) {
      throw new IllegalStateException("the learner has not asked for " + what + " of images");
    }
    return images;
  }

  /** (B) int64, 0 to C - 1. */
  public Tensor labels() {
    return labels;
  }

  /** The number of images, B. */
  public int size() {
    return Math.toIntExact(labels.size(0));
  }

  /** The number of the step, from 0. */
  public long step() {
    return step;
  }
}
