package org.kgcoop.image;

import java.io.EOFException;
import java.io.IOException;

/** A decoder of BMP files. */
final class BmpDecoder {
  private static final int OLD_HEADER = 12;
  private static final int RAW = 0;
  private static final int BIT_FIELDS = 3;

  private BmpDecoder() {}

  static RgbImage decode(byte[] bytes, PixelLimit limit) throws IOException {
    ByteReader file = ByteReader.littleEndian(bytes);
    boolean old = file.u32(14) == OLD_HEADER;
    long width = old ? file.u16(18) : file.s32(18);
    long height = old ? file.u16(20) : Math.abs((long) file.s32(22));
    limit.claim(width, height);
    long compression = old ? RAW : file.u32(30);
    if (compression > BIT_FIELDS) {
      throw new RefusedImageException(
          "its compression is of kind " + compression + "; expected 0 to 3, save it as PNG");
    }
    boolean raw = compression == RAW || compression == BIT_FIELDS;
    long bits = old ? file.u16(24) : file.u16(28);
    long length = raw ? (width * bits + 31) / 32 * 4 * height : file.u32(34);
    if (file.u32(10) + length > file.length()) {
      throw new EOFException("it is truncated"); // the JDK's reader would return black rows
    }
    return ImageReaders.BMP.use(bytes, reader -> RgbImage.of(reader.read(0)));
  }
}
