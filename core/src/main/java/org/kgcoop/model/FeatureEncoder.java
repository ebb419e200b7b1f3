package org.kgcoop.model;

import org.kgcoop.clip.TunedImageEncoder;
import org.kgcoop.tensor.Tensor;

/** An image encoder as what was learned has changed it. */
public interface FeatureEncoder {

  /**
   * Features as their classifier takes them. Each image is computed alone, so that its bits do not
   * depend on the others.
   *
   * @param images (B, channels, R, R), normalized
   * @return (B, E), of no history
   */
  Tensor features(Tensor images);

  /** All that was learned inside of it; tensors of the encoder, or of the open scope. */
  TunedImageEncoder learned();
}
