package org.kgcoop.image;

import java.io.IOException;

/**
 * The maximum number of pixels of an image. It is checked before decoding, so a file of a few bytes
 * that claims 30,000 x 30,000 pixels takes no memory.
 */
record PixelLimit(long pixels) {
  private static final int MAX_SCANS = 1000;
  private static final int SCANS_OF_THE_LARGEST = 20;

  void check(long width, long height) throws IOException {
    if (width < 1 || height < 1) {
      throw new IOException("its header gives a size of " + width + " x " + height + " pixels");
    }
    if (width > pixels / height) {
      throw new RefusedImageException(
          "it has %s x %s pixels, more than the limit of %s; scale it down"
              .formatted(width, height, pixels));
    }
  }

  /**
   * Rejects an image with far more scans than programs write (about 10). A scan takes a few bytes
   * of the file, but as much time as the entire image.
   */
  void checkScans(int scans, long width, long height) throws IOException {
    if (scans > MAX_SCANS || scans * width * height > SCANS_OF_THE_LARGEST * pixels) {
      throw new RefusedImageException(
          "it has %s scans or more of %s x %s pixels, which take long to decode; save it again"
              .formatted(scans, width, height));
    }
  }
}
