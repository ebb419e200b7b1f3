package org.kgcoop.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A decoder of GIF files. It returns the first frame on its canvas, as Pillow does. It does not use
 * the JDK's reader, which misplaces rows of interlaced frames of 2 to 4 rows and does not support
 * codes of more than 8 bits.
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
    byte[] indices = GifCodes.expanded(blocks(at + 1), file.u8(at), width * height);
    boolean interlaced = (flags & 0x40) != 0;
    int from = 0;
    for (int y : interlaced ? interlacedRows(height) : IntStream.range(0, height).toArray()) {
      int to = (top + y) * canvasWidth + left;
      for (int x = 0; x < width; x++) {
        canvas[to + x] = (char) (indices[from++] & 0xff);
      }
    }
    return palette.length == 0
        ? Samples.grey(canvasWidth, canvasHeight, canvas)
        : Samples.colored(canvasWidth, canvasHeight, canvas, palette);
  }

  /** Returns the position of the first frame's descriptor. */
  private long findFrame(long from) throws IOException {
    long at = from;
    while (true) {
      switch (file.u8(at)) {
        case FRAME -> {
          return at;
        }
        case TRAILER -> throw new IOException("it contains no frame");
        case EXTENSION -> {
          if (file.u8(at + 1) == GRAPHIC_CONTROL && file.u8(at + 2) >= 4) {
            boolean transparent = (file.u8(at + 3) & 1) != 0;
            transparentIndex = transparent ? file.u8(at + 6) : transparentIndex;
          }
          at = endOfBlocks(at + 2);
        }
        default -> at++; // Pillow skips unknown bytes
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

  /** Returns the content of these blocks. */
  private byte[] blocks(long from) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (long at = from; file.u8(at) != 0; at += 1 + file.u8(at)) {
      content.writeBytes(file.slice(at + 1, file.u8(at)));
    }
    return content.toByteArray();
  }

  /**
   * Returns the row order of an interlaced frame: every eighth row, then the rows that halve the
   * gaps, three times.
   */
  private static int[] interlacedRows(int height) {
    return Stream.of(rows(0, 8, height), rows(4, 8, height), rows(2, 4, height), rows(1, 2, height))
        .flatMapToInt(rows -> rows)
        .toArray();
  }

  private static IntStream rows(int first, int step, int height) {
    return IntStream.iterate(first, row -> row < height, row -> row + step);
  }
}
