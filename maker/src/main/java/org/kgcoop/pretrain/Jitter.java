package org.kgcoop.pretrain;

import java.util.SplittableRandom;

/**
 * Random changes of an image that no caption mentions.
 *
 * @param degrees the clockwise rotation
 * @param zoom the size
 * @param aspect the logarithm of width over height
 * @param shiftX the shift to the right, as a fraction of the side
 * @param shiftY the shift down, as a fraction of the side
 * @param strength the strength of the ink, up to 1
 * @param flip true to mirror the image
 * @param seed the seed of the patterns
 */
record Jitter(
    double degrees,
    double zoom,
    double aspect,
    double shiftX,
    double shiftY,
    double strength,
    boolean flip,
    long seed) {

  static final Jitter NONE = new Jitter(0, 1, 0, 0, 0, 1, false, 0);

  /**
   * Returns random changes: up to 10 degrees, a zoom of 0.7 to 1.25, 12 % of stretch and 6 % of
   * shift.
   */
  static Jitter draw(SplittableRandom random, boolean mayFlip) {
    return new Jitter(
        within(random, 10),
        Math.exp(Math.log(0.7) + random.nextDouble() * Math.log(1.25 / 0.7)),
        within(random, 0.12),
        within(random, 0.06),
        within(random, 0.06),
        0.75 + 0.25 * random.nextDouble(),
        mayFlip && random.nextBoolean(),
        random.nextLong());
  }

  private static double within(SplittableRandom random, double bound) {
    return bound * (2 * random.nextDouble() - 1);
  }
}
