package org.kgcoop.clip;

import org.kgcoop.tensor.Tensor;

/** An image encoder. */
public interface ImageEncoder {

  /**
   * Computes image features, before scaling to unit length.
   *
   * @param images (B, channels, R, R), normalized
   * @return (B, E)
   */
  Tensor features(Tensor images);
}
