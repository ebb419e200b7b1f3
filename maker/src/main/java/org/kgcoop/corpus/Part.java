package org.kgcoop.corpus;

import java.util.Set;
import org.kgcoop.files.Sha256;

/** The use of a family's drawings. A family is never divided. */
enum Part {
  /** The training data of the embedded CLIP. */
  PRETRAINING,
  /** Data sets that methods are tuned and judged on. */
  DOWNSTREAM,
  /** The zero-shot figure, measured once. */
  TEST,
  /** Test images in a style that training does not have. */
  SHIFT;

  /**
   * Families of color emoji, of pixel art and of sketches, taken out whole before the hash decides:
   * a shift is one only where nobody has seen the designer. So go with them the black emoji of the
   * same designers and, with pixelarticons, majesticons by the same hand.
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

  /** The part of a family: by the first byte of the SHA-256 of its name. */
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
