package org.kgcoop.clip;

import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;

/** An image encoder. */
@FunctionalInterface
public interface ImageEncoder {

  /**
   * Computes image features, before scaling to unit length.
   *
   * @param images (B, channels, R, R), normalized; (B, channels, height, width) for a model that
   *     keeps the shape of an image
   * @return (B, E)
   */
  Tensor features(Tensor images);

  /**
   * Returns this encoder, but each image is computed alone, on one core. The images of a batch run
   * in parallel.
   *
   * <p>The last bits of a row of a matrix product can depend on its position among the rows. Those
   * of a convolution can depend on the size of the batch. Processors differ in this. The feature of
   * an image that is computed alone does not depend on the other images, their order or the number
   * of threads. A batch of one image keeps all cores busy by its outputs.
   */
  default ImageEncoder imageByImage() {
    return images ->
        images.size(0) == 1
            ? Workers.single(() -> features(images))
            : Workers.rows(images.size(0), image -> features(images.narrow(0, image, 1)));
  }
}
