package org.kgcoop.image.view;

import org.kgcoop.image.RgbImage;

/**
 * A gray picture of {@value #SIZE} x {@value #SIZE} samples, which is enough to recognize an image
 * that was saved again.
 *
 * @param gray the samples from 0 to 255, row by row
 */
// An array, because no code compares these records.
@SuppressWarnings("ArrayRecordComponent")
public record Sketch(byte[] gray) {
  /** The width and height. */
  public static final int SIZE = 32;

  /** Creates the sketch of a whole image. Each sample is the mean over a rectangle. */
  public static Sketch of(RgbImage image) {
    byte[] gray = new byte[SIZE * SIZE];
    for (int y = 0; y < SIZE; y++) {
      int top = y * image.height() / SIZE;
      int bottom = Math.max(top + 1, (y + 1) * image.height() / SIZE);
      for (int x = 0; x < SIZE; x++) {
        int left = x * image.width() / SIZE;
        int right = Math.max(left + 1, (x + 1) * image.width() / SIZE);
        gray[y * SIZE + x] = (byte) Math.round(mean(image, left, right, top, bottom));
      }
    }
    return new Sketch(gray);
  }

  /** Returns the mean luma, by the weights of ITU-R BT.601. */
  private static double mean(RgbImage image, int left, int right, int top, int bottom) {
    byte[] rgb = image.rgb();
    long red = 0;
    long green = 0;
    long blue = 0;
    for (int y = top; y < bottom; y++) {
      int from = 3 * (y * image.width() + left);
      for (int at = from; at < from + 3 * (right - left); at += 3) {
        red += rgb[at] & 0xff;
        green += rgb[at + 1] & 0xff;
        blue += rgb[at + 2] & 0xff;
      }
    }
    double count = (double) (right - left) * (bottom - top);
    return (0.299 * red + 0.587 * green + 0.114 * blue) / count;
  }
}
