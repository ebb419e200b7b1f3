package org.kgcoop.image;

import com.luciad.imageio.webp.WebPImageReaderSpi;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A decoder of WebP files, with libwebp, the library that Pillow uses. It returns the first frame
 * of an animation, on a black canvas. The native code receives a file of the image's own chunks,
 * whose lengths this class has checked.
 */
final class WebpDecoder {

  private static final int RIFF_HEADER = 12;
  private static final int MAX_SIDE = 0x3fff;
  private static final int HAS_ALPHA = 0x10;
  private static final int IS_ANIMATION = 0x02;

  private final ByteReader file;
  private final PixelLimit limit;

  private WebpDecoder(byte[] file, PixelLimit limit) {
    this.file = ByteReader.littleEndian(file);
    this.limit = limit;
  }

  static RgbImage decode(byte[] file, PixelLimit limit) throws IOException {
    return new WebpDecoder(file, limit).decode();
  }

  private RgbImage decode() throws IOException {
    long end = 8 + file.u32(4);
    if (end > file.length()) {
      throw new EOFException("it is truncated");
    }
    if (!file.startsWith("VP8X", RIFF_HEADER)) {
      return frame(RIFF_HEADER, end);
    }
    long extended = RIFF_HEADER + 8;
    int width = 1 + u24(extended + 4);
    int height = 1 + u24(extended + 7);
    limit.claim(width, height);
    if ((file.u8(extended) & IS_ANIMATION) == 0) {
      return frame(RIFF_HEADER, end);
    }
    for (long at = RIFF_HEADER; at + 8 <= end; at = next(at)) {
      if (file.startsWith("ANMF", at)) {
        int left = 2 * u24(at + 8);
        int top = 2 * u24(at + 11);
        RgbImage frame = frame(at + 8 + 16, Math.min(end, next(at)));
        return onCanvas(frame, left, top, width, height);
      }
    }
    throw new IOException("it contains no frame");
  }

  private static RgbImage onCanvas(RgbImage frame, int left, int top, int width, int height)
      throws IOException {
    if ((long) left + frame.width() > width || (long) top + frame.height() > height) {
      throw new IOException("it is damaged: its first frame is larger than the image");
    }
    byte[] canvas = new byte[3 * width * height];
    for (int y = 0; y < frame.height(); y++) {
      int from = 3 * y * frame.width();
      int to = 3 * ((top + y) * width + left);
      System.arraycopy(frame.rgb(), from, canvas, to, 3 * frame.width());
    }
    return new RgbImage(width, height, canvas);
  }

  /** Decodes the image whose chunks are between two positions of the file. */
  private RgbImage frame(long from, long end) throws IOException {
    byte[] alpha = new byte[0];
    for (long at = from; at + 8 <= end; at = next(at)) {
      boolean lossless = file.startsWith("VP8L", at);
      boolean lossy = file.startsWith("VP8 ", at);
      if (file.startsWith("ALPH", at)) {
        alpha = chunk(at);
      } else if (lossy || lossless) {
        int width =
            lossless ? 1 + (int) (file.u32(at + 9) & MAX_SIDE) : file.u16(at + 14) & MAX_SIDE;
        int height =
            lossless ? 1 + (int) (file.u32(at + 9) >> 14 & MAX_SIDE) : file.u16(at + 16) & MAX_SIDE;
        limit.claim(width, height);
        return read(lossless ? new byte[0] : alpha, chunk(at), width, height);
      }
    }
    throw new IOException("it contains no image");
  }

  private byte[] chunk(long at) throws IOException {
    return file.slice(at, 8 + file.u32(at + 4));
  }

  private long next(long at) throws IOException {
    long length = file.u32(at + 4);
    return at + 8 + length + (length & 1);
  }

  private int u24(long at) throws IOException {
    return file.u16(at) | file.u8(at + 2) << 16;
  }

  private static RgbImage read(byte[] alpha, byte[] image, int width, int height)
      throws IOException {
    try {
      return RgbImage.of(
          ImageReaders.read(
              new WebPImageReaderSpi(),
              riff(alpha, image, width, height),
              reader -> reader.read(0).getRaster(),
              width,
              height,
              3));
    } catch (OutOfMemoryError e) {
      // The binding throws this exception, without a message, if libwebp reports damaged data.
      if (e.getMessage() != null) {
        throw e;
      }
      throw new IOException("its data are damaged", e);
    }
  }

  private static byte[] riff(byte[] alpha, byte[] image, int width, int height) {
    int start = RIFF_HEADER + (alpha.length == 0 ? 0 : 18 + even(alpha.length)); // of the image
    ByteBuffer out = ByteBuffer.allocate(start + even(image.length)).order(ByteOrder.LITTLE_ENDIAN);
    out.put(ascii("RIFF")).putInt(out.capacity() - 8).put(ascii("WEBP"));
    if (alpha.length > 0) {
      out.put(ascii("VP8X")).putInt(10).putInt(HAS_ALPHA);
      out.putShort((short) (width - 1)).put((byte) 0);
      out.putShort((short) (height - 1)).put((byte) 0);
      out.put(alpha);
    }
    out.position(start).put(image);
    return out.array();
  }

  private static int even(int length) {
    return length + (length & 1);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
