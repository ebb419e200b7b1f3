package org.kgcoop.image;

import java.io.IOException;

/**
 * What the header of an image file says about its decoding.
 *
 * @param orientation the EXIF orientation, 1 to 8, as in {@link Orientation}
 * @param width the width of a JPEG image, or of the preview of a RAW file, that can be decoded with
 *     a {@link Reduction}, before it is rotated, at most 16,383; 0 for any other image
 * @param height its height, or 0
 */
public record ImageHeader(int orientation, int width, int height) {

  /** Reads the header of a file. A damaged one counts as that of an upright image without sizes. */
  public static ImageHeader of(byte[] file) {
    int orientation = Orientation.of(file);
    try {
      JpegFrame frame =
          switch (ImageFormat.of(file)) {
            case JPEG -> JpegFrame.of(ByteReader.bigEndian(file), 0);
            case RAW -> RawPreview.in(file).frame();
            default -> null;
          };
      return frame == null || !frame.isReducible()
          ? new ImageHeader(orientation, 0, 0)
          : new ImageHeader(orientation, frame.width(), frame.height());
    } catch (IOException e) {
      return new ImageHeader(orientation, 0, 0); // decoding reports the damage
    }
  }

  /** Returns the divisor of both sides that a reduction chooses for this image. */
  public int divisor(Reduction reduction) {
    return width == 0 ? 1 : reduction.of(width, height);
  }
}
