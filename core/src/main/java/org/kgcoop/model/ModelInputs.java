package org.kgcoop.model;

import java.util.OptionalInt;

/**
 * The form in which a learner takes images.
 *
 * @param features true for the unit features of the frozen encoder
 * @param block for rows of the image encoder in front of that block, counted from 0: what the
 *     frozen blocks before it make of pixels
 */
public record ModelInputs(boolean features, OptionalInt block) {
  /** Features alone, which can be encoded once. */
  public static final ModelInputs FEATURES = new ModelInputs(true, OptionalInt.empty());

  /** Rows in front of a block, and with them features or not. */
  public static ModelInputs rows(int block, boolean features) {
    return new ModelInputs(features, OptionalInt.of(block));
  }
}
