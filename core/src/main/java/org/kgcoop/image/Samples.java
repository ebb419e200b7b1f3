package org.kgcoop.image;

import java.awt.image.Raster;

/** Conversions from raster samples to RGB bytes, without a color model. */
final class Samples {

  private Samples() {}

  /** Returns the samples of one band, one per pixel. Only values up to 65535 are supported. */
  static char[] band(Raster raster, int band) {
    int width = raster.getWidth();
    char[] out = new char[width * raster.getHeight()];
    int[] row = new int[width];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, band, row);
      for (int x = 0; x < width; x++) {
        out[y * width + x] = (char) row[x];
      }
    }
    return out;
  }

  /**
   * Converts palette indices to colors.
   *
   * @param palette red, green, blue of each entry; indices beyond it are black, as in Pillow
   */
  static RgbImage colored(int width, int height, char[] indices, byte[] palette) {
    byte[] out = new byte[3 * indices.length];
    for (int i = 0; i < indices.length; i++) {
      int entry = 3 * indices[i];
      if (entry + 3 <= palette.length) {
        System.arraycopy(palette, entry, out, 3 * i, 3);
      }
    }
    return new RgbImage(width, height, out);
  }

  /** Converts gray values, 0 to 255. */
  static RgbImage grey(int width, int height, char[] values) {
    byte[] out = new byte[3 * values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) values[i / 3];
    }
    return new RgbImage(width, height, out);
  }
}
