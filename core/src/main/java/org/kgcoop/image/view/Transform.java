package org.kgcoop.image.view;

import org.kgcoop.KgCoopException;
import org.kgcoop.image.Crop;
import org.kgcoop.image.Reduction;
import org.kgcoop.image.RgbImage;

/**
 * The transform from an image to the input of a model, bit-identical to torchvision's transforms on
 * Pillow's images. It is immutable and thread-safe.
 */
public final class Transform {

  private static final int LEVELS = 256;

  /** How much longer the shorter side of a reduced photo is than after resizing, or more. */
  private static final int REDUCED = 4;

  private final Preprocessing preprocessing;
  private final Resampler resampler;
  private final float[] normalized; // (channels, 256)

  public Transform(Preprocessing preprocessing) {
    this.preprocessing = preprocessing;
    this.resampler = new Resampler(preprocessing.interpolation());
    this.normalized = new float[preprocessing.channels() * LEVELS];
    for (int channel = 0; channel < preprocessing.channels(); channel++) {
      float mean = preprocessing.mean().get(channel).floatValue();
      float std = preprocessing.std().get(channel).floatValue();
      for (int value = 0; value < LEVELS; value++) {
        normalized[channel * LEVELS + value] = (value / 255f - mean) / std;
      }
    }
  }

  public Preprocessing preprocessing() {
    return preprocessing;
  }

  /**
   * Applies the test transform. It resizes the shorter side to the configured length, the longer
   * one in proportion (rounded down), and crops the center square; or it resizes the entire image
   * to the square, or to its own size of {@link PatchGrid}.
   */
  public RgbImage test(RgbImage image) {
    int size = preprocessing.size();
    PatchGrid patches = preprocessing.patches();
    if (patches != null) {
      Crop all = patches.size(image.width(), image.height());
      return resampler.resize(image, image.whole(), all.width(), all.height(), all);
    }
    if (preprocessing.isSquashed()) {
      return train(image, image.whole());
    }
    int resized = preprocessing.shorterSide();
    int shorter = Math.min(image.width(), image.height());
    long longer = (long) resized * Math.max(image.width(), image.height()) / shorter;
    if (longer > Integer.MAX_VALUE) {
      throw KgCoopException.data(
          "an image of %s x %s pixels is too thin to be resized to %s; expected a more compact shape"
              .formatted(image.width(), image.height(), resized));
    }
    boolean tall = image.width() <= image.height();
    int width = tall ? resized : (int) longer;
    int height = tall ? (int) longer : resized;
    Crop middle = new Crop(margin(height, size), margin(width, size), size, size);
    return resampler.resize(image, image.whole(), width, height, middle);
  }

  /**
   * Returns the reduction of photos for the test transform, which leaves the shorter side at least
   * {@value #REDUCED} times as long as after resizing. Features then differ a little from those of
   * the full image.
   */
  public Reduction reduction() {
    return reduction(1);
  }

  /**
   * Returns the reduction for views of a part of the image.
   *
   * @param shortest the shortest side of a part, as a share of the image's side
   */
  Reduction reduction(double shortest) {
    return (width, height) -> {
      double needed = REDUCED * resizedSide(width, height) / shortest;
      return Reduction.toShorterSide((long) Math.ceil(needed)).of(width, height);
    };
  }

  /** Returns the length of the shorter side after resizing. */
  private int resizedSide(int width, int height) {
    PatchGrid patches = preprocessing.patches();
    if (patches == null) {
      return Math.max(preprocessing.size(), preprocessing.shorterSide());
    }
    Crop all = patches.size(width, height);
    return Math.max(preprocessing.size(), Math.min(all.width(), all.height()));
  }

  private static int margin(int side, int size) {
    return (int) Math.rint((side - size) / 2.0);
  }

  /** Applies the training transform: a part of the image, resized to the model's square. */
  public RgbImage train(RgbImage image, Crop part) {
    int size = preprocessing.size();
    return resampler.resize(image, part, size, size, new Crop(0, 0, size, size));
  }

  /** Returns the normalized image, (channels, height, width). */
  public float[] normalize(RgbImage image) {
    float[] out = new float[preprocessing.channels() * image.width() * image.height()];
    normalize(image, out, 0);
    return out;
  }

  /**
   * Writes the normalized image, (channels, height, width), into a larger array, such as a batch.
   *
   * @param offset the position of the image in {@code out}
   */
  public void normalize(RgbImage image, float[] out, int offset) {
    byte[] rgb = image.rgb();
    int pixels = image.width() * image.height();
    if (preprocessing.channels() == 1) {
      for (int i = 0; i < pixels; i++) {
        out[offset + i] = normalized[luma(rgb, 3 * i)];
      }
      return;
    }
    for (int channel = 0; channel < 3; channel++) {
      int to = offset + channel * pixels;
      for (int i = 0; i < pixels; i++) {
        out[to + i] = normalized[channel * LEVELS + (rgb[3 * i + channel] & 0xff)];
      }
    }
  }

  /** Returns the brightness according to Pillow's {@code convert("L")}. */
  static int luma(byte[] rgb, int at) {
    int red = rgb[at] & 0xff;
    int green = rgb[at + 1] & 0xff;
    int blue = rgb[at + 2] & 0xff;
    return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }
}
