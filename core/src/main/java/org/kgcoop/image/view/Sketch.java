package org.kgcoop.image.view;

import org.kgcoop.image.RgbImage;

/**
 * A picture of {@value #SIZE} x {@value #SIZE} samples, which is enough to recognize an image that
 * was saved again.
 *
 * @param rgb red, green and blue of the samples from 0 to 255, row by row
 */
// An array, because no code compares these records.
@SuppressWarnings("ArrayRecordComponent")
public record Sketch(byte[] rgb) {
  /** The width and height. */
  public static final int SIZE = 32;

  private static final int COLORS = 3;

  /** Creates the sketch of a whole image. Each sample is the mean of each color in a rectangle. */
  public static Sketch of(RgbImage image) {
    byte[] rgb = new byte[COLORS * SIZE * SIZE];
    for (int y = 0; y < SIZE; y++) {
      int top = y * image.height() / SIZE;
      int bottom = Math.max(top + 1, (y + 1) * image.height() / SIZE);
      for (int x = 0; x < SIZE; x++) {
        int left = x * image.width() / SIZE;
        int right = Math.max(left + 1, (x + 1) * image.width() / SIZE);
        long[] sums = sums(image, left, right, top, bottom);
        double count = (double) (right - left) * (bottom - top);
        for (int c = 0; c < COLORS; c++) {
          rgb[COLORS * (y * SIZE + x) + c] = (byte) Math.round(sums[c] / count);
        }
      }
    }
    return new Sketch(rgb);
  }

  private static long[] sums(RgbImage image, int left, int right, int top, int bottom) {
    byte[] rgb = image.rgb();
    long[] sums = new long[COLORS];
    for (int y = top; y < bottom; y++) {
      int from = COLORS * (y * image.width() + left);
      for (int at = from; at < from + COLORS * (right - left); at += COLORS) {
        sums[0] += rgb[at] & 0xff;
        sums[1] += rgb[at + 1] & 0xff;
        sums[2] += rgb[at + 2] & 0xff;
      }
    }
    return sums;
  }
}
