package org.kgcoop.image.view;

import java.util.List;
import org.apache.commons.rng.core.source64.SplitMix64;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.RgbImage;

/**
 * A random change of a training image: those of Dassl.pytorch's transforms that its users name
 * most, with torchvision's and Pillow's rules. Equal to theirs in distribution; the random numbers
 * are this program's own.
 */
public sealed interface ViewStep {

  /** The name and the settings, in files: {@code cutout(1,16)}. */
  String id();

  /** The name in options, as Dassl's. */
  default String name() {
    int numbers = id().indexOf('(');
    return numbers < 0 ? id() : id().substring(0, numbers);
  }

  /** The image changed, of the same size. */
  RgbImage apply(RgbImage image, SplitMix64 random);

  /**
   * A part of random area and ratio, resized to the model's square.
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

    /** Only a whole image has areas to choose from: {@link ViewRecipe} crops before it resizes. */
    @Override
    public RgbImage apply(RgbImage image, SplitMix64 random) {
      throw new IllegalStateException("a crop comes before the resizing");
    }
  }

  /**
   * The model's square, cut at random out of the image as it is, which is framed with black.
   *
   * @param padding pixels of the frame on each side
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

    /** Only {@link ViewRecipe} knows the size to cut out, and it cuts before it resizes. */
    @Override
    public RgbImage apply(RgbImage image, SplitMix64 random) {
      throw new IllegalStateException("a crop takes the place of the resizing");
    }

    /**
     * A square of that size.
     *
     * @param key what an error calls the image
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

  /** Left and right exchanged in half of the cases. */
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
   * @param operations how many are drawn, with repetition
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
   * Brightness, contrast, saturation and hue in random order: torchvision's {@code ColorJitter}.
   *
   * @param brightness the factor is drawn from 1 - brightness (at least 0) to 1 + brightness
   * @param contrast likewise
   * @param saturation likewise
   * @param hue the shift is drawn from -hue to hue, a fraction of the circle, at most 0.5
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
   * Brightness alone.
   *
   * @param probability of the change
   */
  record RandomGrey(double probability) implements ViewStep {
    static final String NAME = "randomgrayscale";

    public RandomGrey {
      check(NAME, "probability", probability, 0, 1);
    }

    @Override
    public String id() {
      return NAME + "(" + probability + ")";
    }

    @Override
    public RgbImage apply(RgbImage image, SplitMix64 random) {
      return random.nextDouble() < probability ? PixelOperations.grey(image) : image;
    }
  }

  /**
   * A Gaussian blur of standard deviation 0.1 to 2 pixels, drawn evenly.
   *
   * @param kernel pixels that are looked at in a row, odd
   * @param probability of the change
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
   * Black squares at random places, cut where they reach over the edge (DeVries and Taylor, 2017).
   *
   * @param holes how many
   * @param length of a side in pixels
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

  /** The names of the steps, in the order in which they are applied. */
  List<String> NAMES =
      List.of(
          RandomCrop.NAME,
          RandomResizedCrop.NAME,
          RandomFlip.NAME,
          RandAugment.NAME,
          ColorJitter.NAME,
          RandomGrey.NAME,
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
