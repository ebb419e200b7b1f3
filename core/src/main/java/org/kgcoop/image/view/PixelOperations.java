package org.kgcoop.image.view;

import java.awt.Color;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.kgcoop.image.RgbImage;

/**
 * Changes of an image's samples, with the rules of Pillow's ImageEnhance, ImageOps and transform.
 */
final class PixelOperations {

  private PixelOperations() {}

  /** Maps each sample. */
  static RgbImage mapped(RgbImage image, IntUnaryOperator level) {
    byte[] in = image.rgb();
    byte[] out = new byte[in.length];
    for (int i = 0; i < in.length; i++) {
      out[i] = (byte) level.applyAsInt(in[i] & 0xff);
    }
    return new RgbImage(image.width(), image.height(), out);
  }

  /** Blends black (0) and the image (1), or extrapolates. */
  static RgbImage brightness(RgbImage image, double factor) {
    return mapped(image, level -> blended(0, level, factor));
  }

  /** Blends the mean brightness (0) and the image (1), or extrapolates. */
  static RgbImage contrast(RgbImage image, double factor) {
    byte[] rgb = image.rgb();
    long sum = 0;
    for (int i = 0; i < rgb.length; i += 3) {
      sum += Transform.luma(rgb, i);
    }
    int mean = (int) (3.0 * sum / rgb.length + 0.5);
    return mapped(image, level -> blended(mean, level, factor));
  }

  /** Blends gray (0) and the image (1), or extrapolates. */
  static RgbImage saturation(RgbImage image, double factor) {
    return blended(gray(image), image, factor);
  }

  /** Blends a smoothed image (0) and the image (1), or extrapolates. */
  static RgbImage sharpness(RgbImage image, double factor) {
    return blended(smoothed(image), image, factor);
  }

  static RgbImage gray(RgbImage image) {
    byte[] in = image.rgb();
    byte[] out = new byte[in.length];
    for (int i = 0; i < in.length; i += 3) {
      byte level = (byte) Transform.luma(in, i);
      out[i] = level;
      out[i + 1] = level;
      out[i + 2] = level;
    }
    return new RgbImage(image.width(), image.height(), out);
  }

  /**
   * Shifts the hue and keeps saturation and value.
   *
   * @param shift a fraction of the circle
   */
  static RgbImage hue(RgbImage image, double shift) {
    byte[] in = image.rgb();
    byte[] out = new byte[in.length];
    float[] hsv = new float[3];
    for (int i = 0; i < in.length; i += 3) {
      Color.RGBtoHSB(in[i] & 0xff, in[i + 1] & 0xff, in[i + 2] & 0xff, hsv);
      int rgb = Color.HSBtoRGB((float) (hsv[0] + shift), hsv[1], hsv[2]);
      out[i] = (byte) (rgb >> 16);
      out[i + 1] = (byte) (rgb >> 8);
      out[i + 2] = (byte) rgb;
    }
    return new RgbImage(image.width(), image.height(), out);
  }

  /** Stretches each channel to 0 to 255. */
  static RgbImage autoContrast(RgbImage image) {
    return mappedByChannel(
        image,
        counts -> {
          int low = 0;
          while (counts[low] == 0) {
            low++;
          }
          int high = highest(counts);
          double scale = high > low ? 255.0 / (high - low) : 1;
          double offset = high > low ? -low * scale : 0;
          return IntStream.range(0, 256)
              .map(level -> clipped((int) (level * scale + offset)))
              .toArray();
        });
  }

  /** Equalizes the histogram of each channel. */
  static RgbImage equalize(RgbImage image) {
    return mappedByChannel(
        image,
        counts -> {
          int step = (image.width() * image.height() - counts[highest(counts)]) / 255;
          int[] levels = new int[256];
          int before = step / 2;
          for (int level = 0; level < 256; level++) {
            levels[level] = step == 0 ? level : clipped(before / step);
            before += counts[level];
          }
          return levels;
        });
  }

  private static int highest(int[] counts) {
    int level = 255;
    while (counts[level] == 0) {
      level--;
    }
    return level;
  }

  /** Keeps only the highest bits of each sample. */
  static RgbImage posterized(RgbImage image, int bits) {
    int mask = 0xff & -(1 << (8 - bits));
    return mapped(image, level -> level & mask);
  }

  /** Inverts samples from a level on. */
  static RgbImage solarized(RgbImage image, double threshold) {
    return mapped(image, level -> level < threshold ? level : 255 - level);
  }

  /**
   * Applies a Gaussian blur. The image is mirrored at its edges.
   *
   * @param kernel the number of pixels per row, odd
   * @param deviation the standard deviation in pixels
   */
  static RgbImage blur(RgbImage image, int kernel, double deviation) {
    int half = kernel / 2;
    double[] weights = new double[kernel];
    double sum = 0;
    for (int i = 0; i < kernel; i++) {
      weights[i] = Math.exp(-0.5 * (i - half) * (i - half) / (deviation * deviation));
      sum += weights[i];
    }
    int width = image.width();
    int height = image.height();
    double[] rows = new double[image.rgb().length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int k = 0; k < kernel; k++) {
          int from = 3 * (y * width + mirrored(x + k - half, width));
          for (int channel = 0; channel < 3; channel++) {
            rows[3 * (y * width + x) + channel] +=
                weights[k] / sum * (image.rgb()[from + channel] & 0xff);
          }
        }
      }
    }
    byte[] out = new byte[rows.length];
    for (int y = 0; y < height; y++) {
      for (int i = 0; i < 3 * width; i++) {
        double value = 0;
        for (int k = 0; k < kernel; k++) {
          value += weights[k] / sum * rows[3 * width * mirrored(y + k - half, height) + i];
        }
        out[3 * width * y + i] = (byte) clipped((int) Math.rint(value));
      }
    }
    return new RgbImage(width, height, out);
  }

  /**
   * Returns a position from {@code 0} to {@code size - 1}, mirrored at the edges as often as
   * needed.
   */
  private static int mirrored(int at, int size) {
    if (size == 1) {
      return 0;
    }
    int inPeriod = Math.floorMod(at, 2 * (size - 1));
    return inPeriod < size ? inPeriod : 2 * (size - 1) - inPeriod;
  }

  /** Rotates the image around its center, counterclockwise. Pixels from outside are black. */
  static RgbImage rotated(RgbImage image, double degrees) {
    double cosine = Math.cos(Math.toRadians(degrees));
    double sine = -Math.sin(Math.toRadians(degrees));
    double x = image.width() / 2.0;
    double y = image.height() / 2.0;
    return affine(
        image, cosine, sine, x - cosine * x - sine * y, -sine, cosine, y + sine * x - cosine * y);
  }

  /**
   * Applies an affine transform: the pixel at (x, y) is the nearest one to (a x + b y + c, d x + e
   * y + f). Pixels from outside are black.
   */
  static RgbImage affine(
      RgbImage image, double a, double b, double c, double d, double e, double f) {
    int width = image.width();
    int height = image.height();
    byte[] out = new byte[image.rgb().length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int fromX = (int) Math.floor(a * (x + 0.5) + b * (y + 0.5) + c);
        int fromY = (int) Math.floor(d * (x + 0.5) + e * (y + 0.5) + f);
        if (fromX >= 0 && fromX < width && fromY >= 0 && fromY < height) {
          System.arraycopy(image.rgb(), 3 * (fromY * width + fromX), out, 3 * (y * width + x), 3);
        }
      }
    }
    return new RgbImage(width, height, out);
  }

  /** Returns a square from left and top. Pixels outside the image are black. */
  static RgbImage square(RgbImage image, int left, int top, int size) {
    byte[] out = new byte[3 * size * size];
    int from = Math.max(0, left);
    int columns = Math.min(left + size, image.width()) - from;
    for (int y = Math.max(0, top); columns > 0 && y < Math.min(top + size, image.height()); y++) {
      System.arraycopy(
          image.rgb(),
          3 * (y * image.width() + from),
          out,
          3 * ((y - top) * size + from - left),
          3 * columns);
    }
    return new RgbImage(size, size, out);
  }

  /**
   * Fills a rectangle from left and top up to right and bottom (excluded), clipped to the image.
   */
  static RgbImage filled(
      RgbImage image, int left, int top, int right, int bottom, int red, int green, int blue) {
    byte[] out = image.rgb().clone();
    for (int y = Math.max(0, top); y < Math.min(bottom, image.height()); y++) {
      for (int x = Math.max(0, left); x < Math.min(right, image.width()); x++) {
        int at = 3 * (y * image.width() + x);
        out[at] = (byte) red;
        out[at + 1] = (byte) green;
        out[at + 2] = (byte) blue;
      }
    }
    return new RgbImage(image.width(), image.height(), out);
  }

  /**
   * Applies Pillow's SMOOTH: weight 5 for a pixel, 1 for its eight neighbors. The border is
   * unchanged.
   */
  private static RgbImage smoothed(RgbImage image) {
    int width = image.width();
    byte[] out = image.rgb().clone();
    for (int y = 1; y < image.height() - 1; y++) {
      for (int x = 1; x < width - 1; x++) {
        for (int channel = 0; channel < 3; channel++) {
          int sum = 4 * image.sample(x, y, channel);
          for (int i = 0; i < 9; i++) {
            sum += image.sample(x - 1 + i % 3, y - 1 + i / 3, channel);
          }
          out[3 * (y * width + x) + channel] = (byte) (sum / 13.0 + 0.5);
        }
      }
    }
    return new RgbImage(width, image.height(), out);
  }

  /**
   * Maps the samples of each channel.
   *
   * @param levels returns the new samples, (256), from the number of pixels of each sample
   */
  private static RgbImage mappedByChannel(RgbImage image, UnaryOperator<int[]> levels) {
    byte[] in = image.rgb();
    byte[] out = new byte[in.length];
    for (int channel = 0; channel < 3; channel++) {
      int[] counts = new int[256];
      for (int i = channel; i < in.length; i += 3) {
        counts[in[i] & 0xff]++;
      }
      int[] mapped = levels.apply(counts);
      for (int i = channel; i < in.length; i += 3) {
        out[i] = (byte) mapped[in[i] & 0xff];
      }
    }
    return new RgbImage(image.width(), image.height(), out);
  }

  private static RgbImage blended(RgbImage from, RgbImage to, double factor) {
    byte[] out = new byte[to.rgb().length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) blended(from.rgb()[i] & 0xff, to.rgb()[i] & 0xff, factor);
    }
    return new RgbImage(to.width(), to.height(), out);
  }

  private static int blended(int from, int to, double factor) {
    return clipped((int) (from + factor * (to - from)));
  }

  private static int clipped(int level) {
    return Math.max(0, Math.min(255, level));
  }
}
