package org.kgcoop.clip;

import org.kgcoop.tensor.Tensor;

/** An image tower. */
public interface ImageEncoder {

  /**
   * Features of images, before they are brought to unit length.
   *
   * @param images (B, channels, R, R), normalised
   * @return (B, E)
   */
  Tensor features(Tensor images);
}
