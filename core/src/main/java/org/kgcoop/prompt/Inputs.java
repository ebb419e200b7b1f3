package org.kgcoop.prompt;

import java.util.OptionalInt;

/**
 * The form in which a learner takes images.
 *
 * @param features true for the unit features of the frozen tower
 * @param block for rows of the image tower in front of that block, counted from 0: what the frozen
 *     blocks before it make of pixels
 */
public record Inputs(boolean features, OptionalInt block) {
  /** Features alone, which can be encoded once. */
  public static final Inputs FEATURES = new Inputs(true, OptionalInt.empty());

  /** Rows in front of a block, and with them features or not. */
  public static Inputs rows(int block, boolean features) {
    return new Inputs(features, OptionalInt.of(block));
  }
}
