package org.kgcoop.data;

import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * GIF: the first frame upon its canvas, as Pillow shows it. The JDK's reader is given that frame
 * alone and yields its indices.
 */
final class GifDecoder {

  private static final int EXTENSION = 0x21;
  private static final int FRAME = 0x2c;
  private static final int TRAILER = 0x3b;
  private static final int GRAPHIC_CONTROL = 0xf9;

  private final ByteReader file;
  private final PixelLimit limit;
  private int transparentIndex;

  private GifDecoder(byte[] file, PixelLimit limit) {
    this.file = ByteReader.littleEndian(file);
    this.limit = limit;
  }

  static RgbImage decode(byte[] file, PixelLimit limit) throws IOException {
    return new GifDecoder(file, limit).decode();
  }

  private RgbImage decode() throws IOException {
    byte[] palette = new byte[0];
    long at = 13;
    int screenFlags = file.u8(10);
    if ((screenFlags & 0x80) != 0) {
      palette = file.slice(at, 6L << (screenFlags & 7));
      at += palette.length;
    }
    at = findFrame(at);
    int left = file.u16(at + 1);
    int top = file.u16(at + 3);
    int width = file.u16(at + 5);
    int height = file.u16(at + 7);
    int flags = file.u8(at + 9);
    at += 10;
    if ((flags & 0x80) != 0) {
      palette = file.slice(at, 6L << (flags & 7));
      at += palette.length;
    }
    int canvasWidth = Math.max(file.u16(6), left + width);
    int canvasHeight = Math.max(file.u16(8), top + height);
    limit.check(width, height);
    limit.check(canvasWidth, canvasHeight);
    char[] canvas = new char[canvasWidth * canvasHeight];
    Arrays.fill(canvas, (char) transparentIndex);
    Raster frame = ImageReaders.GIF.readComplete(frameAlone(width, height, flags, at));
    char[] indices = Samples.band(frame, 0);
    for (int y = 0; y < height; y++) {
      System.arraycopy(indices, y * width, canvas, (top + y) * canvasWidth + left, width);
    }
    return palette.length == 0
        ? Samples.grey(canvasWidth, canvasHeight, canvas)
        : Samples.coloured(canvasWidth, canvasHeight, canvas, palette);
  }

  /** Where the first frame's description begins. */
  private long findFrame(long from) throws IOException {
    long at = from;
    while (true) {
      switch (file.u8(at)) {
        case FRAME -> {
          return at;
        }
        case TRAILER -> throw new IOException("it holds no frame");
        case EXTENSION -> {
          if (file.u8(at + 1) == GRAPHIC_CONTROL && file.u8(at + 2) >= 4) {
            boolean transparent = (file.u8(at + 3) & 1) != 0;
            transparentIndex = transparent ? file.u8(at + 6) : transparentIndex;
          }
          at = endOfBlocks(at + 2);
        }
        default -> at++; // Pillow skips what it does not know
      }
    }
  }

  private long endOfBlocks(long from) throws IOException {
    long at = from;
    while (file.u8(at) != 0) {
      at += 1 + file.u8(at);
    }
    return at + 1;
  }

  /** A GIF of this frame only, with a palette of 256 greys: its samples are the indices. */
  private byte[] frameAlone(int width, int height, int flags, long codes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] size = {(byte) width, (byte) (width >> 8), (byte) height, (byte) (height >> 8)};
    out.writeBytes(new byte[] {'G', 'I', 'F', '8', '9', 'a'});
    out.writeBytes(size);
    out.writeBytes(new byte[] {(byte) 0xf7, 0, 0});
    for (int i = 0; i < 3 * 256; i++) {
      out.write(i / 3);
    }
    out.writeBytes(new byte[] {FRAME, 0, 0, 0, 0});
    out.writeBytes(size);
    out.write(flags & 0x40); // interlaced or not
    out.writeBytes(file.slice(codes, endOfBlocks(codes + 1) - codes));
    out.write(TRAILER);
    return out.toByteArray();
  }
}
