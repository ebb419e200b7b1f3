package org.kgcoop.image.view;

import java.util.Arrays;
import org.kgcoop.image.Crop;
import org.kgcoop.image.RgbImage;

/**
 * A resizer with the same result as Pillow's: integer weights of 22 bits, first all rows, rounded
 * to bytes, then all columns.
 *
 * <p>It computes only the requested window of the result, so a very long image costs no more than
 * its visible part.
 */
final class Resampler {

  private static final int HALF = 1 << (ResampleWeights.BITS - 1);

  private final Interpolation interpolation;

  Resampler(Interpolation interpolation) {
    this.interpolation = interpolation;
  }

  /**
   * Resizes a part of an image and returns a window of the result.
   *
   * @param part the part to crop first; pixels outside it have no influence
   * @param width the width of the entire resized part
   * @param height the height of the entire resized part
   * @param window the requested window of the resized part
   */
  RgbImage resize(RgbImage image, Crop part, int width, int height, Crop window) {
    part.checkInside(image.width(), image.height());
    if (part.width() == width && part.height() == height) {
      return image.crop(
          new Crop(
              part.top() + window.top(),
              part.left() + window.left(),
              window.height(),
              window.width()));
    }
    // If one side stays, its weights are 1 and change nothing.
    ResampleWeights columns =
        ResampleWeights.of(interpolation, part.width(), width, window.left(), window.width());
    ResampleWeights rows =
        ResampleWeights.of(interpolation, part.height(), height, window.top(), window.height());
    int firstRow = rows.starts[0];
    int[] wide = horizontal(image, part, firstRow, rows.end() - firstRow, columns);
    byte[] out = vertical(wide, window.width(), firstRow, rows);
    return new RgbImage(window.width(), window.height(), out);
  }

  /** Resizes the rows from {@code firstRow} of the part to all columns, as levels 0 to 255. */
  private static int[] horizontal(
      RgbImage image, Crop part, int firstRow, int rows, ResampleWeights weights) {
    byte[] in = image.rgb();
    int columns = weights.starts.length;
    int[] out = new int[3 * columns * rows];
    int to = 0;
    for (int y = 0; y < rows; y++) {
      int rowStart = 3 * ((part.top() + firstRow + y) * image.width() + part.left());
      for (int x = 0; x < columns; x++) {
        int from = rowStart + 3 * weights.starts[x];
        int slot = x * weights.slot;
        int end = slot + weights.counts[x];
        int red = HALF;
        int green = HALF;
        int blue = HALF;
        for (int k = slot; k < end; k++, from += 3) {
          int weight = weights.values[k];
          red += (in[from] & 0xff) * weight;
          green += (in[from + 1] & 0xff) * weight;
          blue += (in[from + 2] & 0xff) * weight;
        }
        out[to++] = level(red);
        out[to++] = level(green);
        out[to++] = level(blue);
      }
    }
    return out;
  }

  private static byte[] vertical(int[] in, int width, int firstRow, ResampleWeights weights) {
    int rows = weights.starts.length;
    int stride = 3 * width;
    byte[] out = new byte[stride * rows];
    int[] sums = new int[stride];
    for (int y = 0; y < rows; y++) {
      Arrays.fill(sums, HALF);
      int from = stride * (weights.starts[y] - firstRow);
      for (int k = 0; k < weights.counts[y]; k++, from += stride) {
        addScaled(sums, in, from, weights.values[y * weights.slot + k]);
      }
      for (int x = 0; x < stride; x++) {
        out[y * stride + x] = (byte) level(sums[x]);
      }
    }
    return out;
  }

  /** Adds scaled values. It is a separate loop over ints, so that the compiler vectorizes it. */
  private static void addScaled(int[] sums, int[] in, int from, int weight) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += in[from + i] * weight;
    }
  }

  private static int level(int sum) {
    return Math.max(0, Math.min(255, sum >> ResampleWeights.BITS));
  }
}
