package org.kgcoop.image;

/**
 * How much smaller a photo is decoded, because its use needs fewer pixels. JPEG files can be
 * decoded at 1/2, 1/4 and 1/8 of their size, which takes less time and memory. Others are decoded
 * in full.
 */
@FunctionalInterface
public interface Reduction {
  /** The full size. */
  Reduction NONE = (width, height) -> 1;

  /**
   * Returns the divisor of both sides: 1, 2, 4 or 8.
   *
   * @param width the width of the stored image, before it is rotated
   * @param height the height of the stored image
   */
  int of(int width, int height);

  /** Returns the largest reduction that leaves the shorter side at least this long, in pixels. */
  static Reduction toShorterSide(long least) {
    return (width, height) -> {
      int divisor = 8;
      while (divisor > 1 && Math.min(width, height) < divisor * least) {
        divisor /= 2;
      }
      return divisor;
    };
  }

  /** Returns the largest reduction that leaves the longer side at least this long, in pixels. */
  static Reduction toLongerSide(long least) {
    return (width, height) ->
        toShorterSide(least).of(Math.max(width, height), Math.max(width, height));
  }
}
