package org.kgcoop.image;

import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;

/**
 * A decoder of JPEG files. The JDK's reader has its own rules for colors (subsampling, ICC
 * profiles). It therefore receives only the coded image, with one marker for the colors that
 * libjpeg, and so Pillow, would derive from the file's markers.
 */
final class JpegDecoder {

  private static final int SOI = 0xd8;
  private static final int EOI = 0xd9;
  private static final int SOS = 0xda;
  private static final int APP0 = 0xe0;
  private static final int APP14 = 0xee;
  private static final int COM = 0xfe;

  private final ByteReader file;
  private final PixelLimit limit;
  private final ByteArrayOutputStream coded = new ByteArrayOutputStream();
  private boolean jfif;
  private int adobeTransform = -1;
  private byte[] componentIds = new byte[0];
  private int width;
  private int height;
  private int scans;

  private JpegDecoder(byte[] file, PixelLimit limit) {
    this.file = ByteReader.bigEndian(file);
    this.limit = limit;
  }

  static RgbImage decode(byte[] file, PixelLimit limit) throws IOException {
    return new JpegDecoder(file, limit).decode();
  }

  private RgbImage decode() throws IOException {
    collectCodedSegments();
    return switch (componentIds.length) {
      case 1 -> RgbImage.of(ImageReaders.JPEG.readRaw(withColors(-1), width, height, 1));
      case 3 -> RgbImage.of(ImageReaders.JPEG.read(withColors(isRgb() ? 0 : 1), width, height, 3));
      case 4 -> // with libjpeg's rule for YCCK
          fromInverted(
              ImageReaders.JPEG.readRaw(withColors(0), width, height, 4), adobeTransform > 0);
      default ->
          throw new RefusedImageException(
              "it has %s components; expected 1 (gray), 3 (color) or 4 (CMYK), convert it"
                  .formatted(componentIds.length));
    };
  }

  /** Scans the markers. It keeps those of the coded image and notes those about colors. */
  private void collectCodedSegments() throws IOException {
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
        if (marker < APP0 || marker > COM) {
          coded.write(0xff);
          coded.write(marker);
          coded.write(file.bytes(), at, end - at);
        }
        at = end;
      }
      at = marker(at);
    }
    if (componentIds.length == 0) {
      throw new IOException("it has no frame header");
    }
  }

  private void note(int marker, int at, int length) throws IOException {
    if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) {
      if (file.u8(at) != 8) {
        throw new RefusedImageException(
            "it has %s bits per sample; expected 8, convert it".formatted(file.u8(at)));
      }
      height = file.u16(at + 1);
      width = file.u16(at + 3);
      limit.check(width, height);
      componentIds = new byte[file.u8(at + 5)];
      for (int i = 0; i < componentIds.length; i++) {
        componentIds[i] = (byte) file.u8(at + 6 + 3 * i);
      }
    } else if (marker == SOS) {
      scans++;
      limit.checkScans(scans, width, height);
    } else if (marker == APP0 && length >= 5 && file.startsWith("JFIF\0", at)) {
      jfif = true;
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

  /** Applies libjpeg's rule for three components. */
  private boolean isRgb() {
    if (jfif) {
      return false;
    }
    if (adobeTransform >= 0) {
      return adobeTransform == 0;
    }
    return componentIds[0] == 'R' && componentIds[1] == 'G' && componentIds[2] == 'B';
  }

  private byte[] withColors(int transform) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(coded.size() + 32);
    out.write(0xff);
    out.write(SOI);
    if (transform >= 0) {
      byte[] adobe = {
        (byte) 0xff, (byte) APP14, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
      };
      adobe[15] = (byte) transform;
      out.writeBytes(adobe);
    }
    out.writeBytes(coded.toByteArray());
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
