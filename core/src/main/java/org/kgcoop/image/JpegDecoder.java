package org.kgcoop.image;

import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decoder of JPEG files. Leptonica decodes gray and color images. This class checks the limits
 * and the end marker first: leptonica would fill the missing part of a truncated image with gray.
 *
 * <p>CMYK images are decoded by the JDK's reader, because leptonica converts them to other colors
 * than Pillow. That reader has its own rules for colors (ICC profiles). It therefore receives only
 * the coded image, with one marker for the colors that libjpeg would derive from the file's
 * markers.
 */
final class JpegDecoder {

  private static final int EIGHTH = 8;
  private static final int SOI = 0xd8;
  private static final int EOI = 0xd9;
  private static final int SOS = 0xda;
  private static final int APP0 = 0xe0;
  private static final int APP14 = 0xee;
  private static final int COM = 0xfe;

  private final ByteReader file;
  private final PixelLimit limit;

  /** The parts of the file with the coded image: the position and the end of each. */
  private final List<int[]> coded = new ArrayList<>();

  private final FineScans fine;
  private int adobeTransform;
  private @Nullable JpegFrame frame;
  private int scans;

  private JpegDecoder(byte[] file, PixelLimit limit) {
    this.file = ByteReader.bigEndian(file);
    this.limit = limit;
    fine = new FineScans(this.file);
  }

  static RgbImage decode(byte[] file, PixelLimit limit, Reduction reduction) throws IOException {
    return new JpegDecoder(file, limit).decode(reduction);
  }

  private RgbImage decode(Reduction reduction) throws IOException {
    JpegFrame found = scan();
    long pixels = (long) found.width() * found.height();
    if (found.components() == 4) { // with libjpeg's rule for YCCK
      limit.reserve(pixels);
      return fromInverted(
          ImageReaders.JPEG.readRaw(withColors(), found.width(), found.height(), 4),
          adobeTransform > 0);
    }
    if (found.components() != 1 && found.components() != 3) {
      throw new RefusedImageException(
          "it has %s components; expected 1 (gray), 3 (color) or 4 (CMYK), convert it"
              .formatted(found.components()));
    }
    int divisor = found.isReducible() ? reduction.of(found.width(), found.height()) : 1;
    int width = (found.width() + divisor - 1) / divisor;
    int height = (found.height() + divisor - 1) / divisor;
    // libjpeg keeps all coefficients of a progressive image.
    limit.reserve((found.isProgressive() ? pixels : 0) + (long) width * height);
    RgbImage image = Leptonica.jpeg(divisor == EIGHTH ? fine.emptied() : file.bytes(), divisor);
    if (image.width() != width || image.height() != height) {
      throw new IOException("it is damaged: its sizes contradict each other");
    }
    return image;
  }

  /** Scans all markers. It checks the limits, and notes the parts of the coded image. */
  private JpegFrame scan() throws IOException {
    int at = marker(2); // libjpeg also skips bytes before a marker
    while (true) {
      if (at == file.length()) {
        throw new EOFException("it is truncated: the end marker is missing");
      }
      int marker = file.u8(at + 1);
      at += 2;
      if (marker == EOI) {
        break;
      }
      if (marker != SOI && marker != 1 && !isRestart(marker)) {
        int length = file.u16(at);
        if (length < 2) {
          throw new IOException("it is damaged: a segment has a length of " + length);
        }
        file.check(at, length);
        note(marker, at + 2, length - 2);
        int end = marker == SOS ? endOfScan(at + length) : at + length;
        fine.note(frame, marker, at + 2, length - 2, end);
        if (marker < APP0 || marker > COM) {
          coded.add(new int[] {at - 1, end}); // with the marker
        }
        at = end;
      }
      at = marker(at);
    }
    if (frame == null) {
      throw new IOException("it has no frame header");
    }
    return frame;
  }

  private void note(int marker, int at, int length) throws IOException {
    if (JpegFrame.isFrame(marker)) {
      if (frame != null) {
        throw new IOException("it is damaged: it has two frame headers");
      }
      frame = JpegFrame.at(file, marker, at);
      if (frame.bits() != 8) {
        throw new RefusedImageException(
            "it has %s bits per sample; expected 8, convert it".formatted(frame.bits()));
      }
      limit.check(frame.width(), frame.height());
    } else if (marker == SOS) {
      scans++;
      if (frame != null) {
        limit.checkScans(scans, frame.width(), frame.height());
      }
    } else if (marker == APP14 && length >= 12 && file.startsWith("Adobe", at)) {
      adobeTransform = file.u8(at + 11);
    }
  }

  private int endOfScan(int from) throws IOException {
    int at = marker(from);
    while (at < file.length() && isRestart(file.u8(at + 1))) {
      at = marker(at + 2);
    }
    return at;
  }

  private static boolean isRestart(int marker) {
    return marker >= 0xd0 && marker <= 0xd7;
  }

  /** Returns the position of the next marker, or the end of the file. */
  private int marker(int from) {
    byte[] bytes = file.bytes();
    for (int at = from; at + 1 < bytes.length; at++) {
      if (bytes[at] == (byte) 0xff && bytes[at + 1] != 0 && bytes[at + 1] != (byte) 0xff) {
        return at;
      }
    }
    return bytes.length;
  }

  /** Returns the coded image, with a marker that keeps the reader from converting its colors. */
  private byte[] withColors() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(file.length());
    out.write(0xff);
    out.write(SOI);
    byte[] adobe = {
      (byte) 0xff, (byte) APP14, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
    };
    out.writeBytes(adobe);
    for (int[] part : coded) {
      out.write(0xff);
      out.write(file.bytes(), part[0], part[1] - part[0]);
    }
    out.write(0xff);
    out.write(EOI);
    return out.toByteArray();
  }

  /**
   * Converts CMYK to RGB. Adobe's programs store CMYK inverted, and Pillow assumes that of every
   * file.
   *
   * @param ycck true if the first three bands are YCbCr of inverted CMY
   */
  private static RgbImage fromInverted(Raster raster, boolean ycck) {
    int width = raster.getWidth();
    byte[] out = new byte[3 * width * raster.getHeight()];
    int[] row = new int[4 * width];
    int to = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int first = row[4 * x];
        int second = row[4 * x + 1];
        int third = row[4 * x + 2];
        if (ycck) {
          int blue = second - 128;
          int red = third - 128;
          second =
              255 - clip(first + ((-fixed(0.34414) * blue - fixed(0.71414) * red + HALF) >> 16));
          third = 255 - clip(first + ((fixed(1.772) * blue + HALF) >> 16));
          first = 255 - clip(first + ((fixed(1.402) * red + HALF) >> 16));
        }
        int black = row[4 * x + 3];
        out[to++] = withBlack(first, black);
        out[to++] = withBlack(second, black);
        out[to++] = withBlack(third, black);
      }
    }
    return new RgbImage(width, raster.getHeight(), out);
  }

  private static final int HALF = 1 << 15;

  private static int fixed(double factor) {
    return (int) (factor * (1 << 16) + 0.5);
  }

  private static int clip(int value) {
    return Math.max(0, Math.min(255, value));
  }

  /**
   * Computes Pillow's CMYK to RGB on inverted samples: black - (255 - color) * black / 255,
   * rounded.
   */
  private static byte withBlack(int color, int black) {
    int product = (255 - color) * black + 128;
    return (byte) clip(black - (((product >> 8) + product) >> 8));
  }
}
