package org.kgcoop.image.view;

import org.kgcoop.KgCoopException;

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

  public RandomResizedCrop {
    if (!(leastArea > 0 && leastArea <= greatestArea && greatestArea <= 1)) {
      throw KgCoopException.configuration(
          "%s: expected areas in rising order, above 0 and up to 1, got %s and %s"
              .formatted(NAME, leastArea, greatestArea));
    }
  }

  /** Returns the name and the numbers, as in files. */
  String id() {
    return NAME + "(" + leastArea + "," + greatestArea + ")";
  }
}
