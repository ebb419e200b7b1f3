package org.kgcoop.image.view;

import org.kgcoop.KgCoopException;
import org.kgcoop.image.Crop;
import org.kgcoop.image.RgbImage;

/**
 * From an image to what a model reads, as torchvision's transforms on Pillow's images do it, bit
 * for bit. It holds no state but tables, so it may be shared between threads.
 */
public final class Transform {

  private static final int LEVELS = 256;

  private final Preprocessing preprocessing;
  private final Resampler resampler;
  private final float[] normalised; // (channels, 256)

  public Transform(Preprocessing preprocessing) {
    this.preprocessing = preprocessing;
    this.resampler = new Resampler(preprocessing.interpolation());
    this.normalised = new float[preprocessing.channels() * LEVELS];
    for (int channel = 0; channel < preprocessing.channels(); channel++) {
      float mean = preprocessing.mean().get(channel).floatValue();
      float std = preprocessing.std().get(channel).floatValue();
      for (int value = 0; value < LEVELS; value++) {
        normalised[channel * LEVELS + value] = (value / 255f - mean) / std;
      }
    }
  }

  public Preprocessing preprocessing() {
    return preprocessing;
  }

  /**
   * The transform of evaluation: the shorter side resized to what the model wants, the longer one
   * in proportion (rounded down), then the square in the middle; or the whole image resized to the
   * square.
   */
  public RgbImage test(RgbImage image) {
    int size = preprocessing.size();
    if (preprocessing.isSquashed()) {
      return train(image, image.whole());
    }
    int resized = preprocessing.shorterSide();
    int shorter = Math.min(image.width(), image.height());
    long longer = (long) resized * Math.max(image.width(), image.height()) / shorter;
    if (longer > Integer.MAX_VALUE) {
      throw KgCoopException.data(
          "an image of %s x %s pixels is too thin to be resized to %s; expected a usual shape"
              .formatted(image.width(), image.height(), resized));
    }
    boolean tall = image.width() <= image.height();
    int width = tall ? resized : (int) longer;
    int height = tall ? (int) longer : resized;
    Crop middle = new Crop(margin(height, size), margin(width, size), size, size);
    return resampler.resize(image, image.whole(), width, height, middle);
  }

  private static int margin(int side, int size) {
    return (int) Math.rint((side - size) / 2.0);
  }

  /** The transform of training: a part of the image, resized to the model's square. */
  public RgbImage train(RgbImage image, Crop part) {
    int size = preprocessing.size();
    return resampler.resize(image, part, size, size, new Crop(0, 0, size, size));
  }

  /** The image as normalized numbers, (channels, height, width). */
  public float[] normalise(RgbImage image) {
    float[] out = new float[preprocessing.channels() * image.width() * image.height()];
    normalise(image, out, 0);
    return out;
  }

  /**
   * Writes the image as normalized numbers, (channels, height, width), into a larger array, such as
   * a batch.
   *
   * @param offset where in {@code out} the image begins
   */
  public void normalise(RgbImage image, float[] out, int offset) {
    byte[] rgb = image.rgb();
    int pixels = image.width() * image.height();
    if (preprocessing.channels() == 1) {
      for (int i = 0; i < pixels; i++) {
        out[offset + i] = normalised[luma(rgb, 3 * i)];
      }
      return;
    }
    for (int channel = 0; channel < 3; channel++) {
      int to = offset + channel * pixels;
      for (int i = 0; i < pixels; i++) {
        out[to + i] = normalised[channel * LEVELS + (rgb[3 * i + channel] & 0xff)];
      }
    }
  }

  /** The brightness that Pillow's {@code convert("L")} gives. */
  static int luma(byte[] rgb, int at) {
    int red = rgb[at] & 0xff;
    int green = rgb[at + 1] & 0xff;
    int blue = rgb[at + 2] & 0xff;
    return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }
}
