package org.kgcoop.model;

import java.util.OptionalInt;

/**
 * Inputs that a trainable model needs for each image.
 *
 * @param features true for the unit feature of the frozen encoder
 * @param block the block of the image encoder, from 0, if the model needs the tokens before this
 *     block; the frozen blocks before it compute these tokens from the image
 */
public record ModelInputs(boolean features, OptionalInt block) {
  /** Only features, which can be cached. */
  public static final ModelInputs FEATURES = new ModelInputs(true, OptionalInt.empty());

  /** Returns inputs with the tokens before a block, and optionally with features. */
  public static ModelInputs rows(int block, boolean features) {
    return new ModelInputs(features, OptionalInt.of(block));
  }
}
