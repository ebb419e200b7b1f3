package org.kgcoop.clip;

import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;

/**
 * An image encoder that computes each image alone, on one core. The images of a batch run in
 * parallel.
 *
 * <p>The last bits of a row of a matrix product can depend on its position among the rows. Those of
 * a convolution can depend on the size of the batch. Processors differ in this. The feature of an
 * image that is computed alone does not depend on the other images, their order or the number of
 * threads. A batch of one image keeps all cores busy by its outputs.
 */
record PerImageEncoder(ImageEncoder whole) implements ImageEncoder {

  @Override
  public Tensor features(Tensor images) {
    if (images.size(0) == 1) {
      return Workers.single(() -> whole.features(images));
    }
    return Workers.rows(images.size(0), image -> whole.features(images.narrow(0, image, 1)));
  }
}
