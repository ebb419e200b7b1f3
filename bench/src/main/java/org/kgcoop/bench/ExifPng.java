package org.kgcoop.bench;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.kgcoop.image.RgbImage;

/**
 * PNG files with rotated pixels and an EXIF orientation that tells a reader how to rotate them
 * back.
 */
final class ExifPng {
  /** The EXIF orientations of 0, 180, 90 and 270 degrees (EXIF 2.3, tag 0x0112). */
  static final List<Integer> ORIENTATIONS = List.of(1, 3, 6, 8);

  /** The length of the signature and the IHDR chunk. The eXIf chunk may follow. */
  private static final int HEAD = 8 + 25;

  private ExifPng() {}

  /** Returns a PNG file that shows the image if the reader applies the orientation. */
  static byte[] of(RgbImage image, int orientation) throws IOException {
    BufferedImage written = image.upright(inverse(orientation)).toBufferedImage();
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    if (!ImageIO.write(written, "png", png)) {
      throw new IllegalStateException("no PNG writer");
    }
    byte[] plain = png.toByteArray();
    ByteBuffer tagged = ByteBuffer.allocate(plain.length + 12 + 26);
    tagged.put(plain, 0, HEAD);
    chunk(tagged, "eXIf", exif(orientation));
    tagged.put(plain, HEAD, plain.length - HEAD);
    return tagged.array();
  }

  /** Returns the orientation that reverts another one. The two quarter turns revert each other. */
  private static int inverse(int orientation) {
    return orientation == 6 ? 8 : orientation == 8 ? 6 : orientation;
  }

  /** Returns a TIFF header and one directory with one entry, a SHORT. */
  private static byte[] exif(int orientation) {
    return ByteBuffer.allocate(26)
        .put("MM".getBytes(StandardCharsets.US_ASCII))
        .putShort((short) 42)
        .putInt(8)
        .putShort((short) 1)
        .putShort((short) 0x0112)
        .putShort((short) 3)
        .putInt(1)
        .putShort((short) orientation)
        .putShort((short) 0)
        .putInt(0)
        .array();
  }

  private static void chunk(ByteBuffer into, String type, byte[] content) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 sum = new CRC32();
    sum.update(name);
    sum.update(content);
    into.putInt(content.length).put(name).put(content).putInt((int) sum.getValue());
  }
}
