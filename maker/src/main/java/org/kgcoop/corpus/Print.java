package org.kgcoop.corpus;

/**
 * The shape of a drawing as a vector of unit length. The dot product of two vectors is their
 * correlation. The bounding box of the ink is scaled to 24 x 24 by its longer side, and the mean is
 * subtracted.
 */
final class Print {

  static final int SIDE = 24;

  /** The number of values. */
  static final int LENGTH = SIDE * SIDE;

  private static final int VISIBLE = 32;

  private final float[] values;

  private Print(float[] values) {
    this.values = values;
  }

  /** Writes the {@link #LENGTH} values into a matrix, starting at an offset. */
  void copyTo(float[] matrix, int offset) {
    System.arraycopy(values, 0, matrix, offset, LENGTH);
  }

  /** Returns the correlation with another print, -1 to 1. */
  double times(Print other) {
    double sum = 0;
    for (int i = 0; i < LENGTH; i++) {
      sum += (double) values[i] * other.values[i];
    }
    return sum;
  }

  /** Returns the print of a bitmap. It is zero if all pixels of the box are equal. */
  static Print of(Bitmap bitmap) {
    int side = bitmap.side();
    int left = side;
    int top = side;
    int right = 0;
    int bottom = 0;
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        if (bitmap.ink(x, y) > VISIBLE) {
          left = Math.min(left, x);
          right = Math.max(right, x + 1);
          top = Math.min(top, y);
          bottom = Math.max(bottom, y + 1);
        }
      }
    }
    float[] print = new float[LENGTH];
    if (left >= right) {
      return new Print(print);
    }
    double step = Math.max(right - left, bottom - top) / (double) SIDE;
    double fromX = (left + right - step * SIDE) / 2;
    double fromY = (top + bottom - step * SIDE) / 2;
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        print[y * SIDE + x] = area(bitmap, fromX + x * step, fromY + y * step, step);
      }
    }
    normalize(print);
    return new Print(print);
  }

  /** Returns the mean ink of a square of a bitmap. There is no ink outside of the bitmap. */
  private static float area(Bitmap bitmap, double x0, double y0, double step) {
    int side = bitmap.side();
    double sum = 0;
    for (int y = Math.max(0, (int) Math.floor(y0)); y < Math.min(side, y0 + step); y++) {
      double height = Math.min(y + 1, y0 + step) - Math.max(y, y0);
      for (int x = Math.max(0, (int) Math.floor(x0)); x < Math.min(side, x0 + step); x++) {
        double width = Math.min(x + 1, x0 + step) - Math.max(x, x0);
        sum += height * width * bitmap.ink(x, y);
      }
    }
    return (float) (sum / (step * step));
  }

  private static void normalize(float[] print) {
    double mean = 0;
    for (float value : print) {
      mean += value;
    }
    mean /= print.length;
    double squares = 0;
    for (int i = 0; i < print.length; i++) {
      print[i] -= (float) mean;
      squares += (double) print[i] * print[i];
    }
    float scale = squares < 1 ? 0 : (float) (1 / Math.sqrt(squares));
    for (int i = 0; i < print.length; i++) {
      print[i] *= scale;
    }
  }
}
