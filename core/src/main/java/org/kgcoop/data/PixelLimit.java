package org.kgcoop.data;

import java.io.IOException;

/**
 * How many pixels a picture may have. Asked before the pixels are decoded, so that a file of a few
 * bytes that claims 30,000 x 30,000 pixels costs nothing.
 */
record PixelLimit(long pixels) {

  void check(long width, long height) throws IOException {
    if (width < 1 || height < 1) {
      throw new IOException("its header gives a size of " + width + " x " + height + " pixels");
    }
    if (width > pixels / height) {
      throw new RefusedPictureException(
          ("it has %d x %d pixels, more than the limit of %d; expected fewer, scale it down or raise"
                  + " the limit")
              .formatted(width, height, pixels));
    }
  }
}
