package org.kgcoop.corpus;

import java.util.Set;
import org.kgcoop.files.Sha256;

/** The use of a family's drawings. A family is never divided. */
enum Part {
  /** Training data of the embedded CLIP. */
  PRETRAINING,
  /** Data sets for tuning and comparing methods. */
  DOWNSTREAM,
  /** Images for the zero-shot accuracy, which is measured once. */
  TEST,
  /** Test images in a style that the training images do not have. */
  SHIFT;

  /**
   * Families of color emoji, pixel art and sketches. They do not take part in the division by hash,
   * because a shift needs unseen designers. Related families are included: black emoji by the same
   * designers, and majesticons by the designer of pixelarticons.
   */
  private static final Set<String> SHIFTED =
      Set.of(
          "noto-emoji",
          "twemoji",
          "fluent-emoji",
          "fxemoji",
          "emojione",
          "halfmann",
          "dinkie",
          "pixel-hackernoon",
          "pictogrammers-memory",
          "pepicons");

  private static final int TEST_BELOW = 38;
  private static final int DOWNSTREAM_BELOW = 77;

  /** Returns the part of a family, from the first byte of the SHA-256 of its name. */
  static Part of(String family) {
    if (SHIFTED.contains(family)) {
      return SHIFT;
    }
    int first = Sha256.bytes(family)[0] & 0xff;
    if (first < TEST_BELOW) {
      return TEST;
    }
    return first < DOWNSTREAM_BELOW ? DOWNSTREAM : PRETRAINING;
  }
}
