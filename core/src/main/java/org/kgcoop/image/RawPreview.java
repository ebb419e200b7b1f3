package org.kgcoop.image;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The largest JPEG image inside a camera's RAW file. Cameras store one in it, often at full size,
 * to show the photo on their screens.
 *
 * <p>Each format names its place in other tags, some of them secret. This class searches the file
 * for complete JPEG images instead, so it needs no knowledge of a format. The sensor data of some
 * formats are lossless JPEG, which it leaves out.
 *
 * @param frame the frame header of the preview
 * @param start the position of the preview in the file
 * @param end the position behind its end marker
 */
record RawPreview(JpegFrame frame, int start, int end) {
  private static final int SOI = 0xd8;
  private static final int EOI = 0xd9;
  private static final int SOS = 0xda;

  /**
   * Finds the preview of a file.
   *
   * @throws IOException if there is none
   */
  static RawPreview in(byte[] file) throws IOException {
    ByteReader bytes = ByteReader.bigEndian(file);
    RawPreview largest = null;
    for (int at = 0; at + 4 < file.length; at++) {
      if (file[at] == (byte) 0xff && file[at + 1] == (byte) SOI && file[at + 2] == (byte) 0xff) {
        RawPreview found = at(bytes, at);
        if (found != null) {
          largest = largest == null || found.pixels() > largest.pixels() ? found : largest;
          at = found.end - 1;
        }
      }
    }
    if (largest == null) {
      throw new RefusedImageException(
          "it contains no complete JPEG preview; expected one, as cameras store it, so convert it to"
              + " JPEG");
    }
    return largest;
  }

  /** Returns the complete JPEG image at a position, or null if there is none. */
  private static @Nullable RawPreview at(ByteReader file, int start) {
    try {
      JpegFrame frame = null;
      long at = start + 2L;
      while (true) {
        if (file.u8(at) != 0xff) {
          return null; // by chance, these bytes looked like a start
        }
        int marker = file.u8(at + 1);
        if (marker == EOI) {
          return frame != null && frame.isReducible()
              ? new RawPreview(frame, start, (int) at + 2)
              : null;
        }
        int length = file.u16(at + 2);
        boolean isSegment = marker == 0xff || (marker >= 0xc0 && marker != SOI);
        if (!isSegment || length < 2 || (marker == SOS && frame == null)) {
          return null;
        }
        if (JpegFrame.isFrame(marker)) {
          frame = JpegFrame.at(file, marker, at + 4);
          if (frame.isLossless()) {
            return null;
          }
        }
        at += marker == 0xff ? 1 : 2L + length;
        if (marker == SOS) {
          at = endOfScan(file, at);
        }
      }
    } catch (EOFException e) {
      return null; // incomplete
    }
  }

  private static long endOfScan(ByteReader file, long from) throws EOFException {
    long at = from;
    while (file.u8(at) != 0xff || isOfScan(file.u8(at + 1))) {
      at++;
    }
    return at;
  }

  private static boolean isOfScan(int marker) {
    return marker == 0 || (marker >= 0xd0 && marker <= 0xd7);
  }

  private long pixels() {
    return (long) frame.width() * frame.height();
  }

  /** Returns the bytes of the preview. */
  byte[] of(byte[] file) {
    return Arrays.copyOfRange(file, start, end);
  }
}
