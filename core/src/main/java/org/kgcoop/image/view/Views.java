package org.kgcoop.image.view;

import org.apache.commons.rng.core.source64.SplitMix64;
import org.kgcoop.image.Crop;
import org.kgcoop.random.Seeds;

/**
 * Draws of the random views of training images.
 *
 * <p>A view is a pure function of (seed, number of the view, key of the image, image). Its
 * generator is SplitMix64, begun with the first eight bytes, big-endian, of the SHA-256 of the
 * UTF-8 text {@code view:SEED:NUMBER:KEY}. So views depend neither on the order of images nor on
 * threads.
 */
final class Views {

  private static final double LEAST_RATIO = 3.0 / 4;
  private static final double GREATEST_RATIO = 4.0 / 3;
  private static final int TRIES = 10;

  private Views() {}

  /**
   * The generator of a view.
   *
   * @param key what tells the image from others, such as its path within the data set
   */
  static SplitMix64 random(long seed, long number, String key) {
    return Seeds.generator("view:%s:%s:%s".formatted(seed, number, key));
  }

  /**
   * The part that torchvision's {@code RandomResizedCrop} draws: of an area between those fractions
   * of the image, of a ratio 3/4 to 4/3, even in its logarithm.
   */
  static Crop crop(
      SplitMix64 random, int width, int height, double leastArea, double greatestArea) {
    double area = (double) width * height;
    for (int i = 0; i < TRIES; i++) {
      double wanted = area * between(random, leastArea, greatestArea);
      double ratio = Math.exp(between(random, Math.log(LEAST_RATIO), Math.log(GREATEST_RATIO)));
      int cropWidth = (int) Math.rint(Math.sqrt(wanted * ratio));
      int cropHeight = (int) Math.rint(Math.sqrt(wanted / ratio));
      if (cropWidth > 0 && cropWidth <= width && cropHeight > 0 && cropHeight <= height) {
        int top = random.nextInt(height - cropHeight + 1);
        int left = random.nextInt(width - cropWidth + 1);
        return new Crop(top, left, cropHeight, cropWidth);
      }
    }
    return centre(width, height);
  }

  /** The largest crop in the middle whose ratio is allowed. */
  static Crop centre(int width, int height) {
    double ratio = (double) width / height;
    int cropWidth = width;
    int cropHeight = height;
    if (ratio < LEAST_RATIO) {
      cropHeight = (int) Math.rint(width / LEAST_RATIO);
    } else if (ratio > GREATEST_RATIO) {
      cropWidth = (int) Math.rint(height * GREATEST_RATIO);
    }
    return new Crop((height - cropHeight) / 2, (width - cropWidth) / 2, cropHeight, cropWidth);
  }

  static double between(SplitMix64 random, double least, double greatest) {
    return least + random.nextDouble() * (greatest - least);
  }
}
