package org.kgcoop.image;

import java.io.EOFException;
import java.io.IOException;

/**
 * The frame header of a JPEG file.
 *
 * @param kind the marker: 0xc0 baseline, 0xc2 progressive and so on
 * @param bits the bits of a sample
 * @param components 1 (gray), 3 (color) or 4 (CMYK)
 */
record JpegFrame(int kind, int bits, int width, int height, int components) {
  static final int PROGRESSIVE = 0xc2;

  private static final int MAX_REDUCIBLE_SIDE = 16_383;
  private static final int LOSSLESS = 0xc3;
  private static final int PROGRESSIVE_ARITHMETIC = 0xca;

  /**
   * Finds the first frame header.
   *
   * @param start the position of the start marker
   * @throws IOException if there is none before the first scan
   */
  static JpegFrame of(ByteReader file, long start) throws IOException {
    long at = start + 2;
    while (true) {
      while (file.u8(at) != 0xff || file.u8(at + 1) == 0xff || file.u8(at + 1) == 0) {
        at++; // libjpeg skips bytes before a marker
      }
      int marker = file.u8(at + 1);
      if (isFrame(marker)) {
        return at(file, marker, at + 4);
      }
      if (marker == 0xd9 || marker == 0xda) {
        throw new EOFException("it has no frame header");
      }
      at +=
          marker == 1 || (marker >= 0xd0 && marker <= 0xd8) ? 2 : 2 + Math.max(2, file.u16(at + 2));
    }
  }

  /** Returns true for a marker of a frame header. */
  static boolean isFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  /**
   * Reads a frame header.
   *
   * @param at the position behind its length
   */
  static JpegFrame at(ByteReader file, int marker, long at) throws EOFException {
    return new JpegFrame(marker, file.u8(at), file.u16(at + 3), file.u16(at + 1), file.u8(at + 5));
  }

  /**
   * Returns true if the image can be decoded at a part of its size. Files of image hashes have 14
   * bits for a side.
   */
  boolean isReducible() {
    return bits == 8
        && components < 4
        && kind != LOSSLESS
        && isReducible(width)
        && isReducible(height);
  }

  private static boolean isReducible(int side) {
    return side > 0 && side <= MAX_REDUCIBLE_SIDE;
  }

  /** Returns true if libjpeg must keep the coefficients of the whole image. */
  boolean isProgressive() {
    return kind == PROGRESSIVE || kind == PROGRESSIVE_ARITHMETIC;
  }

  /** Returns true if each sample is stored exactly, as in the sensor data of RAW files. */
  boolean isLossless() {
    return kind == LOSSLESS;
  }
}
