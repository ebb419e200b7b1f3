package org.kgcoop.image;

import java.io.IOException;

/**
 * The largest number of pixels of an image. Asked before the pixels are decoded, so that a file of
 * a few bytes that claims 30,000 x 30,000 pixels costs nothing.
 */
record PixelLimit(long pixels) {
  private static final int MOST_SCANS = 1000;
  private static final int SCANS_OF_THE_LARGEST = 20;

  void check(long width, long height) throws IOException {
    if (width < 1 || height < 1) {
      throw new IOException("its header gives a size of " + width + " x " + height + " pixels");
    }
    if (width > pixels / height) {
      throw new RefusedImageException(
          ("it has %s x %s pixels, more than the limit of %s; expected fewer, scale it down or raise"
                  + " the limit")
              .formatted(width, height, pixels));
    }
  }

  /**
   * Refuses an image that comes in more passes over its pixels than any program writes, some 10: a
   * pass takes a few bytes of the file and the time of the whole image.
   */
  void checkScans(int scans, long width, long height) throws IOException {
    if (scans > MOST_SCANS || scans * width * height > SCANS_OF_THE_LARGEST * pixels) {
      throw new RefusedImageException(
          "it has %s scans or more of %s x %s pixels, which take long to decode; save it again"
              .formatted(scans, width, height));
    }
  }
}
