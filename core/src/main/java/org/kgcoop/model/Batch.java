package org.kgcoop.model;

import org.jspecify.annotations.Nullable;
import org.kgcoop.tensor.Tensor;

/**
 * Batch of training images with labels, in the form that {@link TrainableModel#inputs} requests.
 *
 * @param features the features, (B, E), unit rows, or null if the model does not need them
 * @param rows the tokens of the image encoder, (B, L, W), or null if the model does not need them
 * @param labels the labels, (B) int64, 0 to C - 1
 * @param step the number of the step, from 0, which seeds the random numbers of the model
 */
public record Batch(@Nullable Tensor features, @Nullable Tensor rows, Tensor labels, long step) {
  public Batch {
    for (Tensor images : new Tensor[] {features, rows}) {
      if (images != null && images.size(0) != labels.size(0)) {
        throw new IllegalArgumentException(
            "batch: " + images.size(0) + " images, " + labels.size(0) + " labels");
      }
    }
  }

  /** Creates the batch of the first step, which has only features. */
  public Batch(Tensor features, Tensor labels) {
    this(features, null, labels, 0);
  }

  /** Returns the unit features of the frozen encoder, (B, E). */
  @Override
  public Tensor features() {
    return required(features, "features");
  }

  /** Returns the tokens of the image encoder before the requested block, (B, L, W). */
  @Override
  public Tensor rows() {
    return required(rows, "rows");
  }

  private static Tensor required(@Nullable Tensor images, String what) {
    if (images == null) {
      throw new IllegalStateException("the model does not declare " + what + " as its input");
    }
    return images;
  }

  /** Returns the number of images, B. */
  public int size() {
    return Math.toIntExact(labels.size(0));
  }

  /** Returns the batch of one image. */
  public Batch image(int place) {
    return new Batch(one(features, place), one(rows, place), labels.narrow(0, place, 1), step);
  }

  private static @Nullable Tensor one(@Nullable Tensor images, int place) {
    return images == null ? null : images.narrow(0, place, 1);
  }
}
