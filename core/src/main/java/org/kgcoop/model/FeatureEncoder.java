package org.kgcoop.model;

import org.kgcoop.clip.TunedImageEncoder;
import org.kgcoop.tensor.Tensor;

/** Image encoder with trained changes. */
public interface FeatureEncoder {

  /**
   * Computes image features for the corresponding head. Each image is processed separately, so that
   * its feature is byte-identical in every batch.
   *
   * @param images the images, (B, channels, R, R), normalized
   * @return the features, (B, E), without history
   */
  Tensor features(Tensor images);

  /**
   * Returns all trained parts of the encoder. The tensors belong to the encoder or to the open
   * scope.
   */
  TunedImageEncoder learned();
}
