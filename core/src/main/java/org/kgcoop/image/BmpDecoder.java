package org.kgcoop.image;

import java.awt.image.Raster;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * A decoder of BMP files. The JDK's reader returns indices or samples, and this class applies the
 * palette.
 */
final class BmpDecoder {

  private static final int FILE_HEADER = 14;
  private static final int OLD_HEADER = 12;
  private static final int USUAL_HEADER = 40;
  private static final int MASKS = 12;
  // Written by OS/2 2.x and some versions of Adobe's programs.
  private static final Set<Integer> LONGER_HEADERS = Set.of(52, 56, 64);
  private static final int RAW = 0;
  private static final int BIT_FIELDS = 3;

  private BmpDecoder() {}

  static RgbImage decode(byte[] stored, PixelLimit limit) throws IOException {
    byte[] bytes = withUsualHeader(stored);
    ByteReader file = ByteReader.littleEndian(bytes);
    int headerSize = file.s32(FILE_HEADER);
    boolean old = headerSize == OLD_HEADER;
    if (!old && headerSize < USUAL_HEADER) {
      throw new IOException("its header of " + headerSize + " bytes is of an unknown kind");
    }
    long width = old ? file.u16(18) : file.s32(18);
    long height = old ? file.u16(20) : Math.abs((long) file.s32(22));
    limit.check(width, height);
    int bits = old ? file.u16(24) : file.u16(28);
    long compression = old ? RAW : file.u32(30);
    if (compression > BIT_FIELDS) {
      throw new RefusedImageException(
          "its compression is of kind " + compression + "; expected 0 to 3, save it as PNG");
    }
    checkLength(file, old, compression, (width * bits + 31) / 32 * 4 * height);
    boolean noMasks = compression == BIT_FIELDS && file.u32(54) + file.u32(58) + file.u32(62) == 0;
    byte[] known = noMasks ? withoutCompression(bytes) : bytes;
    Raster raster = ImageReaders.BMP.read(known, width, height, 1);
    if (bits > 8) {
      for (int band = 0; band < raster.getNumBands(); band++) {
        if (raster.getSampleModel().getSampleSize(band) == 0) {
          throw new IOException("it is damaged: it has no bits of one color");
        }
      }
      return RgbImage.of(raster);
    }
    byte[] palette = palette(file, headerSize, old, bits);
    return Samples.colored((int) width, (int) height, Samples.band(raster, 0), palette);
  }

  /**
   * Returns the file without the extra fields that some headers append. Pillow reads only the masks
   * from these fields, which are at the same place as in the usual header.
   */
  private static byte[] withUsualHeader(byte[] bytes) throws IOException {
    ByteReader file = ByteReader.littleEndian(bytes);
    int headerSize = file.s32(FILE_HEADER);
    if (!LONGER_HEADERS.contains(headerSize)) {
      return bytes;
    }
    int kept = FILE_HEADER + USUAL_HEADER + (file.u32(30) == BIT_FIELDS ? MASKS : 0);
    int dropped = FILE_HEADER + headerSize - kept;
    file.check(kept, dropped);
    byte[] out = new byte[bytes.length - dropped];
    System.arraycopy(bytes, 0, out, 0, kept);
    System.arraycopy(bytes, kept + dropped, out, kept, out.length - kept);
    ByteBuffer numbers = ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN);
    numbers.putInt(10, (int) file.u32(10) - dropped).putInt(FILE_HEADER, USUAL_HEADER);
    return out;
  }

  /**
   * Sets the compression to raw. Some programs write masks of zero, which mean the usual channel
   * order.
   */
  private static byte[] withoutCompression(byte[] bytes) {
    byte[] copy = bytes.clone();
    copy[30] = RAW;
    return copy;
  }

  private static void checkLength(ByteReader file, boolean old, long compression, long rawLength)
      throws IOException {
    long stated = old ? 0 : file.u32(34);
    boolean raw = compression == RAW || compression == BIT_FIELDS;
    if (file.u32(10) + (raw ? rawLength : stated) > file.length()) {
      throw new EOFException("it is truncated");
    }
  }

  private static byte[] palette(ByteReader file, int headerSize, boolean old, int bits)
      throws IOException {
    int entrySize = old ? 3 : 4;
    long stated = old ? 0 : file.u32(46);
    int entries = (int) (stated == 0 ? 1L << bits : Math.min(stated, 256));
    byte[] palette = new byte[3 * entries];
    for (int i = 0; i < entries; i++) {
      long at = FILE_HEADER + headerSize + (long) entrySize * i;
      for (int channel = 0; channel < 3; channel++) { // stored as blue, green, red
        palette[3 * i + channel] = (byte) file.u8(at + 2 - channel);
      }
    }
    return palette;
  }
}
