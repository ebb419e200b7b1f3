package org.kgcoop.corpus;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** A square image, gray or in color. */
final class Bitmap {

  private final int side;
  private final int channels;
  private final byte[] samples;

  /**
   * Creates an image from samples. The array is not copied.
   *
   * @param side the number of pixels per side
   * @param channels 1 (gray) or 3 (red, green, blue)
   * @param samples (side, side, channels), 0 for black to 255 for white
   */
  Bitmap(int side, int channels, byte[] samples) {
    if (samples.length != side * side * channels || (channels != 1 && channels != 3)) {
      throw new IllegalArgumentException(
          "samples: expected %s x %s x 1 or 3, got %s".formatted(side, side, samples.length));
    }
    this.side = side;
    this.channels = channels;
    this.samples = samples;
  }

  int side() {
    return side;
  }

  int channels() {
    return channels;
  }

  /** Returns the samples without a copy: (side, side, channels). Do not change them. */
  byte[] samples() {
    return samples;
  }

  /** Returns the darkness of a pixel, 0 (white) to 255. */
  int ink(int x, int y) {
    int at = (y * side + x) * channels;
    if (channels == 1) {
      return 255 - (samples[at] & 0xff);
    }
    int red = samples[at] & 0xff;
    int green = samples[at + 1] & 0xff;
    int blue = samples[at + 2] & 0xff;
    return 255 - ((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
  }

  /** Returns true if all pixels are equal. */
  boolean blank() {
    int first = ink(0, 0);
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        if (Math.abs(ink(x, y) - first) > 32) {
          return false;
        }
      }
    }
    return true;
  }

  /** Returns a PNG file with 8 bits per sample. */
  byte[] png() {
    int type = channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
    BufferedImage image = new BufferedImage(side, side, type);
    int[] values = new int[samples.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = samples[i] & 0xff;
    }
    image.getRaster().setPixels(0, 0, side, side, values);
    return encode(image);
  }

  /** Returns the image with 16 levels of gray. Color images are returned unchanged. */
  Bitmap sixteenLevels() {
    if (channels == 3) {
      return this;
    }
    byte[] out = new byte[samples.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) (((samples[i] & 0xff) + 8) / 17 * 17);
    }
    return new Bitmap(side, channels, out);
  }

  /** Returns a PNG file, with or without a palette, whichever is smaller. */
  byte[] smallPng() {
    byte[] plain = png();
    int[] palette = IntStream.range(0, side * side).map(this::rgb).sorted().distinct().toArray();
    if (palette.length > 256) {
      return plain;
    }
    byte[] indexed = indexedPng(palette);
    return indexed.length < plain.length ? indexed : plain;
  }

  /** Returns a PNG file with a palette and the fewest bits per pixel. */
  private byte[] indexedPng(int[] palette) {
    int bits = palette.length <= 2 ? 1 : palette.length <= 4 ? 2 : palette.length <= 16 ? 4 : 8;
    IndexColorModel colors =
        new IndexColorModel(bits, palette.length, palette, 0, false, -1, DataBuffer.TYPE_BYTE);
    int type = bits == 8 ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_BYTE_BINARY;
    BufferedImage image = new BufferedImage(side, side, type, colors);
    int[] values = new int[side * side];
    for (int i = 0; i < values.length; i++) {
      values[i] = Arrays.binarySearch(palette, rgb(i));
    }
    image.getRaster().setPixels(0, 0, side, side, values);
    return encode(image);
  }

  /** Returns the color of a pixel, 0xRRGGBB. */
  private int rgb(int pixel) {
    int at = pixel * channels;
    int red = samples[at] & 0xff;
    int green = channels == 1 ? red : samples[at + 1] & 0xff;
    int blue = channels == 1 ? red : samples[at + 2] & 0xff;
    return (red << 16) | (green << 8) | blue;
  }

  private static byte[] encode(BufferedImage image) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam param = writer.getDefaultWriteParam();
      param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      param.setCompressionQuality(0); // smallest
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), param);
    } catch (IOException e) {
      throw new UncheckedIOException("an array in memory cannot fail", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
