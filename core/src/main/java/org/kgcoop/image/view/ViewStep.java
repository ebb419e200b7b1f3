package org.kgcoop.image.view;

import java.util.List;
import org.apache.commons.rng.core.source64.SplitMix64;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.RgbImage;

/**
 * A random change of a training image. These are the most used transforms of Dassl.pytorch, with
 * torchvision's and Pillow's rules. The distribution is the same, but the random numbers differ.
 */
public sealed interface ViewStep {

  /** Returns the name and the numbers, as in files: {@code cutout(1,16)}. */
  String id();

  /** Returns the name for options, as in Dassl. */
  default String name() {
    int numbers = id().indexOf('(');
    return numbers < 0 ? id() : id().substring(0, numbers);
  }

  /** Returns the changed image, of the same size. */
  RgbImage apply(RgbImage image, SplitMix64 random);

  /**
   * A crop of random area and ratio, resized to the model's square.
   *
   * @param leastArea a fraction of the image, published 0.08
   * @param greatestArea a fraction of the image, published 1
   */
  record RandomResizedCrop(double leastArea, double greatestArea) implements ViewStep {
    static final String NAME = "random_resized_crop";

    public RandomResizedCrop {
      if (!(leastArea > 0 && leastArea <= greatestArea && greatestArea <= 1)) {
        throw KgCoopException.configuration(
            "%s: expected areas in rising order, above 0 and up to 1, got %s and %s"
                .formatted(NAME, leastArea, greatestArea));
      }
    }

    @Override
    public String id() {
      return NAME + "(" + leastArea + "," + greatestArea + ")";
    }

    /** Throws an exception, because {@link ViewRecipe} crops before it resizes. */
    @Override
    public RgbImage apply(RgbImage image, SplitMix64 random) {
      throw new IllegalStateException("the crop must come before resizing");
    }
  }

  /**
   * A random crop of the model's size from the image without resizing, after padding with black.
   *
   * @param padding the padding on each side, in pixels
   */
  record RandomCrop(int padding) implements ViewStep {
    static final String NAME = "random_crop";

    public RandomCrop {
      check(NAME, "padding", padding, 0, 10_000);
    }

    @Override
    public String id() {
      return NAME + "(" + padding + ")";
    }

    /** Throws an exception, because {@link ViewRecipe} crops instead of resizing. */
    @Override
    public RgbImage apply(RgbImage image, SplitMix64 random) {
      throw new IllegalStateException("the crop replaces resizing");
    }

    /**
     * Returns a random square of this size.
     *
     * @param key the name of the image in error messages
     */
    RgbImage square(RgbImage image, int size, String key, SplitMix64 random) {
      int rows = image.height() + 2 * padding - size;
      int columns = image.width() + 2 * padding - size;
      if (rows < 0 || columns < 0) {
        throw KgCoopException.data(
            ("%s: %s x %s pixels and a frame of %s; %s needs %s x %s with the frame, choose"
                    + " random_resized_crop")
                .formatted(key, image.width(), image.height(), padding, NAME, size, size));
      }
      int top = random.nextInt(rows + 1) - padding;
      int left = random.nextInt(columns + 1) - padding;
      return PixelOperations.square(image, left, top, size);
    }
  }

  /** A horizontal flip with probability 0.5. */
  record RandomFlip() implements ViewStep {
    static final String NAME = "random_flip";

    @Override
    public String id() {
      return NAME;
    }

    @Override
    public RgbImage apply(RgbImage image, SplitMix64 random) {
      return random.nextDouble() < 0.5 ? image.flipped() : image;
    }
  }

  /**
   * RandAugment (Cubuk et al., 2020) with the sixteen operations and ranges of Dassl.
   *
   * @param operations the number of random operations, with repetition
   * @param magnitude 0 to 30
   */
  record RandAugment(int operations, int magnitude) implements ViewStep {
    static final String NAME = "randaugment";

    public RandAugment {
      check(NAME, "operations", operations, 0, 100);
      check(NAME, "magnitude", magnitude, 0, 30);
    }

    @Override
    public String id() {
      return NAME + "(" + operations + "," + magnitude + ")";
    }

    @Override
    public RgbImage apply(RgbImage image, SplitMix64 random) {
      RgbImage out = image;
      RandAugmentOperation[] all = RandAugmentOperation.values();
      for (int i = 0; i < operations; i++) {
        out = all[random.nextInt(all.length)].apply(out, magnitude / 30.0, random);
      }
      return out;
    }
  }

  /**
   * Brightness, contrast, saturation and hue in random order, as torchvision's {@code ColorJitter}.
   *
   * @param brightness the factor is uniform from 1 - brightness (at least 0) to 1 + brightness
   * @param contrast in the same way
   * @param saturation in the same way
   * @param hue the shift is uniform from -hue to hue, a fraction of the circle, at most 0.5
   */
  record ColorJitter(double brightness, double contrast, double saturation, double hue)
      implements ViewStep {
    static final String NAME = "colorjitter";

    public ColorJitter {
      for (double value : new double[] {brightness, contrast, saturation}) {
        check(NAME, "brightness, contrast and saturation", value, 0, 100);
      }
      check(NAME, "hue", hue, 0, 0.5);
    }

    @Override
    public String id() {
      return "%s(%s,%s,%s,%s)".formatted(NAME, brightness, contrast, saturation, hue);
    }

    @Override
    public RgbImage apply(RgbImage image, SplitMix64 random) {
      int[] order = {0, 1, 2, 3};
      RgbImage out = image;
      for (int i = 0; i < order.length; i++) {
        int other = i + random.nextInt(order.length - i);
        int chosen = order[other];
        order[other] = order[i];
        out =
            switch (chosen) {
              case 0 -> PixelOperations.brightness(out, factor(random, brightness));
              case 1 -> PixelOperations.contrast(out, factor(random, contrast));
              case 2 -> PixelOperations.saturation(out, factor(random, saturation));
              default -> PixelOperations.hue(out, Views.between(random, -hue, hue));
            };
      }
      return out;
    }

    private static double factor(SplitMix64 random, double range) {
      return Views.between(random, Math.max(0, 1 - range), 1 + range);
    }
  }

  /**
   * A conversion to gray.
   *
   * @param probability the probability of the change
   */
  record RandomGray(double probability) implements ViewStep {
    static final String NAME = "randomgrayscale";

    public RandomGray {
      check(NAME, "probability", probability, 0, 1);
    }

    @Override
    public String id() {
      return NAME + "(" + probability + ")";
    }

    @Override
    public RgbImage apply(RgbImage image, SplitMix64 random) {
      return random.nextDouble() < probability ? PixelOperations.gray(image) : image;
    }
  }

  /**
   * A Gaussian blur with a uniform standard deviation from 0.1 to 2 pixels.
   *
   * @param kernel the number of pixels per row, odd
   * @param probability the probability of the change
   */
  record GaussianBlur(int kernel, double probability) implements ViewStep {
    static final String NAME = "gaussian_blur";

    public GaussianBlur {
      check(NAME, "kernel", kernel, 1, 999);
      if (kernel % 2 == 0) {
        throw KgCoopException.configuration(NAME + ": expected an odd kernel, got " + kernel);
      }
      check(NAME, "probability", probability, 0, 1);
    }

    @Override
    public String id() {
      return NAME + "(" + kernel + "," + probability + ")";
    }

    @Override
    public RgbImage apply(RgbImage image, SplitMix64 random) {
      return random.nextDouble() < probability
          ? PixelOperations.blur(image, kernel, Views.between(random, 0.1, 2))
          : image;
    }
  }

  /**
   * Black squares at random positions, clipped at the edges (DeVries and Taylor, 2017).
   *
   * @param holes the number of squares
   * @param length the side in pixels
   */
  record Cutout(int holes, int length) implements ViewStep {
    static final String NAME = "cutout";

    public Cutout {
      check(NAME, "holes", holes, 0, 1000);
      check(NAME, "length", length, 1, 10_000);
    }

    @Override
    public String id() {
      return NAME + "(" + holes + "," + length + ")";
    }

    @Override
    public RgbImage apply(RgbImage image, SplitMix64 random) {
      RgbImage out = image;
      int half = length / 2;
      for (int i = 0; i < holes; i++) {
        int y = random.nextInt(image.height());
        int x = random.nextInt(image.width());
        out = PixelOperations.filled(out, x - half, y - half, x + half, y + half, 0, 0, 0);
      }
      return out;
    }
  }

  /** The names of the steps, in the order of their application. */
  List<String> NAMES =
      List.of(
          RandomCrop.NAME,
          RandomResizedCrop.NAME,
          RandomFlip.NAME,
          RandAugment.NAME,
          ColorJitter.NAME,
          RandomGray.NAME,
          GaussianBlur.NAME,
          Cutout.NAME);

  private static void check(String name, String what, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw KgCoopException.configuration(
          "%s: expected %s of %s to %s, got %s"
              .formatted(name, what, number(least), number(most), number(value)));
    }
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
