package org.kgcoop.data;

import org.kgcoop.files.Digest;

/** A receiver of stored values of images. */
@FunctionalInterface
public interface ImageHashSink {
  /**
   * Receives the values of an image.
   *
   * @param position the position of the image in the request
   * @param sha256 the first bits of the SHA-256 of its bytes
   * @param orientation 1 to 8, as in {@link org.kgcoop.image.Orientation}
   */
  void take(int position, Digest sha256, int orientation);
}
