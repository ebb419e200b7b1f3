package org.kgcoop.image;

import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * A decoder of PNG files. The JDK's reader receives only the header and the pixel data. With
 * transparency, gamma or profiles it would convert values that Pillow's {@code convert("RGB")}
 * keeps. An image with a palette is passed as a gray image, whose values are the indices.
 */
final class PngDecoder {

  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int GRAY = 0;
  private static final int PALETTE = 3;

  private final ByteReader file;
  private final PixelLimit limit;
  private final Runnable warning; // of 16-bit gray images
  private byte[] header = new byte[0];
  private byte[] palette = new byte[0];
  private final ByteArrayOutputStream pixelData = new ByteArrayOutputStream();

  private PngDecoder(byte[] file, PixelLimit limit, Runnable warning) {
    this.file = ByteReader.bigEndian(file);
    this.limit = limit;
    this.warning = warning;
  }

  static RgbImage decode(byte[] file, PixelLimit limit, Runnable warning) throws IOException {
    return new PngDecoder(file, limit, warning).decode();
  }

  private RgbImage decode() throws IOException {
    collectChunks();
    ByteReader fields = ByteReader.bigEndian(header);
    int width = fields.s32(0);
    int height = fields.s32(4);
    int bits = fields.u8(8);
    int colorType = fields.u8(9);
    if (colorType == PALETTE) {
      if (bits == 16 || palette.length == 0) {
        throw new IOException("it is damaged: its palette is missing, or too small for its pixels");
      }
      header[9] = GRAY;
    }
    Raster raster = ImageReaders.PNG.read(stream(), width, height, 1);
    if (colorType == PALETTE) {
      return colored(raster, palette);
    }
    if (colorType == GRAY && bits == 16) {
      warning.run();
      byte[] grays = new byte[3 * 256];
      for (int i = 0; i < grays.length; i++) {
        grays[i] = (byte) (i / 3);
      }
      return colored(raster, grays);
    }
    return RgbImage.of(raster);
  }

  /**
   * Converts the samples of the first band to colors. Samples above 255 count as 255.
   *
   * @param palette red, green, blue of each sample; samples beyond it are black, as in Pillow
   */
  private static RgbImage colored(Raster raster, byte[] palette) {
    int width = raster.getWidth();
    byte[] out = new byte[3 * width * raster.getHeight()];
    int[] row = new int[width];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
      for (int x = 0; x < width; x++) {
        int entry = 3 * Math.min(row[x], 255);
        if (entry + 3 <= palette.length) {
          System.arraycopy(palette, entry, out, 3 * (y * width + x), 3);
        }
      }
    }
    return new RgbImage(width, raster.getHeight(), out);
  }

  private void collectChunks() throws IOException {
    long at = SIGNATURE.length;
    while (true) {
      if (pixelData.size() > 0 && at + 8 > file.length()) {
        return; // if only the end chunk is missing, Pillow reads the file too
      }
      long length = file.u32(at);
      if (length > Integer.MAX_VALUE) {
        throw new IOException("it is damaged: a chunk of " + length + " bytes");
      }
      String type = new String(file.slice(at + 4, 4), StandardCharsets.ISO_8859_1);
      if (header.length == 0 && !type.equals("IHDR")) {
        throw new IOException("it is damaged: its first chunk is not the header");
      }
      switch (type) {
        case "IHDR" -> readHeader(checked(at, length));
        case "PLTE" -> palette = checked(at, length);
        case "IDAT" -> pixelData.writeBytes(checked(at, length));
        case "IEND" -> {
          if (pixelData.size() == 0) {
            throw new EOFException("it is truncated: it has no pixels");
          }
          return;
        }
        default -> {}
      }
      at += 12 + length;
    }
  }

  private void readHeader(byte[] data) throws IOException {
    if (data.length != 13) {
      throw new IOException("it is damaged: its header has " + data.length + " bytes, not 13");
    }
    header = data;
    ByteReader fields = ByteReader.bigEndian(data);
    limit.claim(fields.u32(0), fields.u32(4));
  }

  /** Returns the data of a chunk, and checks its checksum. */
  private byte[] checked(long at, long length) throws IOException {
    file.check(at, length + 12);
    CRC32 crc = new CRC32();
    crc.update(file.bytes(), (int) at + 4, (int) length + 4);
    if (crc.getValue() != file.u32(at + 8 + length)) {
      throw new IOException("it is damaged: a checksum is wrong");
    }
    return file.slice(at + 8, length);
  }

  private byte[] stream() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(pixelData.size() + 64);
    out.writeBytes(SIGNATURE);
    writeChunk(out, "IHDR", header);
    writeChunk(out, "IDAT", pixelData.toByteArray());
    writeChunk(out, "IEND", new byte[0]);
    return out.toByteArray();
  }

  private static void writeChunk(ByteArrayOutputStream out, String type, byte[] data) {
    ByteBuffer chunk = ByteBuffer.allocate(data.length + 12).putInt(data.length);
    chunk.put(type.getBytes(StandardCharsets.ISO_8859_1)).put(data);
    CRC32 crc = new CRC32();
    crc.update(chunk.array(), 4, data.length + 4);
    out.writeBytes(chunk.putInt((int) crc.getValue()).array());
  }
}
