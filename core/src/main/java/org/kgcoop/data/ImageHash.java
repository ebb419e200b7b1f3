package org.kgcoop.data;

import org.kgcoop.files.Digest;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.ImageHeader;

/**
 * The values of an image file that decide which feature it has.
 *
 * @param sha256 the hexadecimal SHA-256 of its bytes
 * @param header how it is decoded
 */
public record ImageHash(String sha256, ImageHeader header) {
  static ImageHash of(byte[] file) {
    return new ImageHash(Sha256.of(file), ImageHeader.of(file));
  }

  /** A receiver of stored values of images. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Receives the values of an image.
     *
     * @param position the position of the image in the request
     * @param sha256 the first bits of the SHA-256 of its bytes
     * @param header how it is decoded
     */
    void take(int position, Digest sha256, ImageHeader header);
  }
}
