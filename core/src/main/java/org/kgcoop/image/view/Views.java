package org.kgcoop.image.view;

import org.apache.commons.rng.core.source64.SplitMix64;
import org.kgcoop.image.Crop;
import org.kgcoop.random.Seeds;

/**
 * The random numbers of training views.
 *
 * <p>A view is a pure function of (seed, number of the view, key of the image, image). Its
 * generator is SplitMix64, seeded with the first eight bytes, big-endian, of the SHA-256 of the
 * UTF-8 text {@code view:SEED:NUMBER:KEY}. Views therefore do not depend on the order of images or
 * on threads.
 */
final class Views {

  private static final double MIN_RATIO = 3.0 / 4;
  private static final double MAX_RATIO = 4.0 / 3;
  private static final int TRIES = 10;

  private Views() {}

  /**
   * Returns the generator of a view.
   *
   * @param key the identity of the image, such as its path within the data set
   */
  static SplitMix64 random(long seed, long number, String key) {
    return Seeds.generator("view:%s:%s:%s".formatted(seed, number, key));
  }

  /**
   * Returns a random crop by the rule of torchvision's {@code RandomResizedCrop}: a uniform area
   * between these fractions of the image, and a ratio from 3/4 to 4/3, uniform in its logarithm.
   */
  static Crop crop(
      SplitMix64 random, int width, int height, double leastArea, double greatestArea) {
    double area = (double) width * height;
    for (int i = 0; i < TRIES; i++) {
      double cropArea = area * between(random, leastArea, greatestArea);
      double ratio = Math.exp(between(random, Math.log(MIN_RATIO), Math.log(MAX_RATIO)));
      int cropWidth = (int) Math.rint(Math.sqrt(cropArea * ratio));
      int cropHeight = (int) Math.rint(Math.sqrt(cropArea / ratio));
      if (cropWidth > 0 && cropWidth <= width && cropHeight > 0 && cropHeight <= height) {
        int top = random.nextInt(height - cropHeight + 1);
        int left = random.nextInt(width - cropWidth + 1);
        return new Crop(top, left, cropHeight, cropWidth);
      }
    }
    return center(width, height);
  }

  /** Returns the largest center crop with an allowed ratio. */
  static Crop center(int width, int height) {
    double ratio = (double) width / height;
    int cropWidth = width;
    int cropHeight = height;
    if (ratio < MIN_RATIO) {
      cropHeight = (int) Math.rint(width / MIN_RATIO);
    } else if (ratio > MAX_RATIO) {
      cropWidth = (int) Math.rint(height * MAX_RATIO);
    }
    return new Crop((height - cropHeight) / 2, (width - cropWidth) / 2, cropHeight, cropWidth);
  }

  static double between(SplitMix64 random, double least, double greatest) {
    return least + random.nextDouble() * (greatest - least);
  }
}
