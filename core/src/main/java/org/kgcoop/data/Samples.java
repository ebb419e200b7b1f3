package org.kgcoop.data;

import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;

/** From the samples of a raster to RGB bytes, with no colour model in between. */
final class Samples {

  private Samples() {}

  /**
   * The samples of one band, one a pixel. Wider samples than a byte keep their value only up to
   * 65535.
   */
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

  /** The first three bands, or the first one three times, of a raster of 8-bit samples. */
  static RgbImage rgb(Raster raster) {
    int bands = raster.getNumBands() < 3 ? 1 : 3;
    if (raster.getSampleModel() instanceof ComponentSampleModel model
        && raster.getDataBuffer() instanceof DataBufferByte buffer
        && raster.getSampleModelTranslateX() == 0
        && raster.getSampleModelTranslateY() == 0
        && buffer.getNumBanks() == 1
        && buffer.getOffset() == 0) {
      return interleaved(raster, model, buffer.getData(), bands);
    }
    return byLevels(raster, bands);
  }

  private static RgbImage interleaved(
      Raster raster, ComponentSampleModel model, byte[] data, int bands) {
    int[] offsets = model.getBandOffsets();
    int red = offsets[0];
    int green = offsets[bands == 1 ? 0 : 1];
    int blue = offsets[bands == 1 ? 0 : 2];
    int pixelStride = model.getPixelStride();
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] out = new byte[3 * width * height];
    int to = 0;
    for (int y = 0; y < height; y++) {
      int from = y * model.getScanlineStride();
      for (int x = 0; x < width; x++, from += pixelStride, to += 3) {
        out[to] = data[from + red];
        out[to + 1] = data[from + green];
        out[to + 2] = data[from + blue];
      }
    }
    return new RgbImage(width, height, out);
  }

  /** Samples of any depth up to 16 bits: fewer than 8 are spread over 0 to 255, of more the top. */
  private static RgbImage byLevels(Raster raster, int bands) {
    int width = raster.getWidth();
    byte[] out = new byte[3 * width * raster.getHeight()];
    int[] row = new int[width];
    for (int channel = 0; channel < 3; channel++) {
      int band = bands == 1 ? 0 : channel;
      int bits = raster.getSampleModel().getSampleSize(band);
      int levels = (1 << bits) - 1;
      for (int y = 0; y < raster.getHeight(); y++) {
        raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, band, row);
        for (int x = 0; x < width; x++) {
          int value = bits < 8 ? row[x] * 255 / levels : row[x] >> (bits - 8);
          out[3 * (y * width + x) + channel] = (byte) value;
        }
      }
    }
    return new RgbImage(width, raster.getHeight(), out);
  }

  /**
   * The colours of these indices.
   *
   * @param palette red, green, blue of each entry; an index beyond it is black, as in Pillow
   */
  static RgbImage coloured(int width, int height, char[] indices, byte[] palette) {
    byte[] out = new byte[3 * indices.length];
    for (int i = 0; i < indices.length; i++) {
      int entry = 3 * indices[i];
      if (entry + 3 <= palette.length) {
        System.arraycopy(palette, entry, out, 3 * i, 3);
      }
    }
    return new RgbImage(width, height, out);
  }

  /** Greys of these values, 0 to 255. */
  static RgbImage grey(int width, int height, char[] values) {
    byte[] out = new byte[3 * values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) values[i / 3];
    }
    return new RgbImage(width, height, out);
  }
}
