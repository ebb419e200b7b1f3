package org.kgcoop.image.view;

import org.apache.commons.rng.core.source64.SplitMix64;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.Crop;

/**
 * A crop of random area and ratio, resized to the model's square, by torchvision's rule. The
 * distribution is the same, but the random numbers differ.
 *
 * @param leastArea a fraction of the image, published 0.08
 * @param greatestArea a fraction of the image, published 1
 */
public record RandomResizedCrop(double leastArea, double greatestArea) {
  /** The name in options and files, as in Dassl.pytorch. */
  public static final String NAME = "random_resized_crop";

  private static final double MIN_RATIO = 3.0 / 4;
  private static final double MAX_RATIO = 4.0 / 3;
  private static final int TRIES = 10;

  public RandomResizedCrop {
    if (!(leastArea > 0 && leastArea <= greatestArea && greatestArea <= 1)) {
      throw KgCoopException.configuration(
          "%s: expected areas in rising order, above 0 and up to 1, got %s and %s"
              .formatted(NAME, leastArea, greatestArea));
    }
  }

  /**
   * Returns a random crop of an image of this size, by the rule of torchvision's {@code
   * RandomResizedCrop}: a uniform area between the fractions, and a ratio from 3/4 to 4/3, uniform
   * in its logarithm.
   */
  Crop of(SplitMix64 random, int width, int height) {
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

  /** Returns the shortest side of a crop of a square image, as a share of the image's side. */
  double leastSide() {
    return Math.sqrt(leastArea * MIN_RATIO);
  }

  private static double between(SplitMix64 random, double least, double greatest) {
    return least + random.nextDouble() * (greatest - least);
  }

  /** Returns the largest center crop with an allowed ratio. */
  static Crop center(int width, int height) {
    int cropWidth = Math.min(width, (int) Math.rint(height * MAX_RATIO));
    int cropHeight = Math.min(height, (int) Math.rint(width / MIN_RATIO));
    return new Crop((height - cropHeight) / 2, (width - cropWidth) / 2, cropHeight, cropWidth);
  }

  /** Returns the name and the numbers, as in files. */
  String id() {
    return NAME + "(" + leastArea + "," + greatestArea + ")";
  }
}
