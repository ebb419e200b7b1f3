package org.kgcoop.clip;

import org.kgcoop.tensor.Tensor;

/** An image encoder. */
public interface ImageEncoder {

  /**
   * Computes image features, before scaling to unit length.
   *
   * @param images (B, channels, R, R), normalized; (B, channels, height, width) for a model that
   *     keeps the shape of an image
   * @return (B, E)
   */
  Tensor features(Tensor images);
}
