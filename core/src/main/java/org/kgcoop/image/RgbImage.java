package org.kgcoop.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.util.Arrays;
import java.util.function.IntBinaryOperator;

/**
 * An image of 8-bit red, green and blue samples, row by row from the top, (height, width, 3).
 *
 * <pre>{@code
 * Images images = new Images(System.err::println);
 * RgbImage photo = images.readUpright(Path.of("photo.jpg"));
 * RgbImage left = photo.crop(new Crop(0, 0, photo.height(), photo.width() / 2));
 * }</pre>
 *
 * <p>This library never changes the samples of an existing image, so threads can share images.
 */
public final class RgbImage {

  private final int width;
  private final int height;
  private final byte[] rgb;

  /**
   * Creates an image from samples. It keeps the array without a copy.
   *
   * @param rgb height x width x 3 samples
   */
  public RgbImage(int width, int height, byte[] rgb) {
    if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
      throw new IllegalArgumentException(
          "samples: expected 3 x %s x %s, got %s".formatted(width, height, rgb.length));
    }
    this.width = width;
    this.height = height;
    this.rgb = rgb;
  }

  /**
   * Converts a {@link BufferedImage}, without its transparency (not blended). Gray and sRGB samples
   * are used as stored. Other colors are converted to sRGB.
   */
  public static RgbImage of(BufferedImage image) {
    if (isPlain(image)) {
      return of(image.getRaster());
    }
    int width = image.getWidth();
    int height = image.getHeight();
    byte[] rgb = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
    int[] row = new int[width];
    int to = 0;
    for (int y = 0; y < height; y++) {
      for (int pixel : image.getRGB(0, y, width, 1, row, 0, width)) {
        rgb[to++] = (byte) (pixel >> 16);
        rgb[to++] = (byte) (pixel >> 8);
        rgb[to++] = (byte) pixel;
      }
    }
    return new RgbImage(width, height, rgb);
  }

  /** Returns the samples as an image of the type {@code TYPE_INT_RGB}. */
  public BufferedImage toBufferedImage() {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, sample(x, y, 0) << 16 | sample(x, y, 1) << 8 | sample(x, y, 2));
      }
    }
    return image;
  }

  /**
   * Returns true if the raster contains the samples of the file. {@code getRGB} would apply a gamma
   * to gray.
   */
  private static boolean isPlain(BufferedImage image) {
    ColorModel colors = image.getColorModel();
    int type = colors.getTransferType();
    return !(colors instanceof IndexColorModel)
        && !(colors.hasAlpha() && colors.isAlphaPremultiplied())
        && (colors.getColorSpace().isCS_sRGB()
            || colors.getColorSpace().getType() == ColorSpace.TYPE_GRAY)
        && (type == DataBuffer.TYPE_BYTE
            || type == DataBuffer.TYPE_USHORT
            || type == DataBuffer.TYPE_INT);
  }

  /** Converts a raster of 8-bit samples: the first three bands, or the first one three times. */
  static RgbImage of(Raster raster) {
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
        out[to] = data[from + offsets[0]];
        out[to + 1] = data[from + green];
        out[to + 2] = data[from + blue];
      }
    }
    return new RgbImage(width, height, out);
  }

  /**
   * Converts samples of up to 16 bits. Fewer than 8 bits are scaled to 0 to 255; of more, only the
   * top 8 are kept.
   */
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

  public int width() {
    return width;
  }

  public int height() {
    return height;
  }

  /** Returns the samples without a copy, (height, width, 3). Do not change them. */
  public byte[] rgb() {
    return rgb;
  }

  /** Returns the sample of a column, row and channel, 0 to 255. */
  public int sample(int x, int y, int channel) {
    return rgb[3 * (y * width + x) + channel] & 0xff;
  }

  /** Returns the rectangle of the entire image. */
  public Crop whole() {
    return new Crop(0, 0, height, width);
  }

  /** Returns the part of the image inside a rectangle. */
  public RgbImage crop(Crop crop) {
    crop.checkInside(width, height);
    if (crop.width() == width && crop.height() == height) {
      return this;
    }
    byte[] out = new byte[3 * crop.width() * crop.height()];
    for (int y = 0; y < crop.height(); y++) {
      int from = 3 * ((crop.top() + y) * width + crop.left());
      System.arraycopy(rgb, from, out, 3 * y * crop.width(), 3 * crop.width());
    }
    return new RgbImage(crop.width(), crop.height(), out);
  }

  /** Returns the image with left and right exchanged. */
  public RgbImage flipped() {
    return rearranged(width, height, (x, y) -> y * width + (width - 1 - x));
  }

  /**
   * Returns the image rotated by its EXIF orientation.
   *
   * @param orientation 1 (not rotated) to 8; see {@link Orientation}
   */
  public RgbImage upright(int orientation) {
    return switch (orientation) {
      case 1 -> this;
      case 2 -> flipped();
      case 3 -> rearranged(width, height, (x, y) -> (height - 1 - y) * width + (width - 1 - x));
      case 4 -> rearranged(width, height, (x, y) -> (height - 1 - y) * width + x);
      case 5 -> rearranged(height, width, (x, y) -> x * width + y);
      case 6 -> rearranged(height, width, (x, y) -> (height - 1 - x) * width + y);
      case 7 -> rearranged(height, width, (x, y) -> (height - 1 - x) * width + (width - 1 - y));
      case 8 -> rearranged(height, width, (x, y) -> x * width + (width - 1 - y));
      default ->
          throw new IllegalArgumentException("orientation: expected 1 to 8, got " + orientation);
    };
  }

  /** Moves pixels; {@code source} returns the index of the source of the pixel (x, y). */
  private RgbImage rearranged(int newWidth, int newHeight, IntBinaryOperator source) {
    byte[] out = new byte[rgb.length];
    int at = 0;
    for (int y = 0; y < newHeight; y++) {
      for (int x = 0; x < newWidth; x++) {
        int from = 3 * source.applyAsInt(x, y);
        out[at++] = rgb[from];
        out[at++] = rgb[from + 1];
        out[at++] = rgb[from + 2];
      }
    }
    return new RgbImage(newWidth, newHeight, out);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RgbImage image
        && image.width == width
        && image.height == height
        && Arrays.equals(image.rgb, rgb);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * width + height) + Arrays.hashCode(rgb);
  }

  @Override
  public String toString() {
    return "RgbImage[" + width + "x" + height + "]";
  }
}
