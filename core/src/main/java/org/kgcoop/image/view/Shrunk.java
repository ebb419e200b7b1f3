package org.kgcoop.image.view;

import org.kgcoop.image.Crop;
import org.kgcoop.image.RgbImage;

/** Images that were scaled down to fit into a square. */
public final class Shrunk {
  private Shrunk() {}

  /**
   * Returns an image whose longer side has at most {@code side} pixels, in the same shape. A
   * smaller image stays as it is.
   */
  public static RgbImage within(int side, RgbImage image) {
    int longer = Math.max(image.width(), image.height());
    if (longer <= side) {
      return image;
    }
    int width = Math.max(1, Math.round((float) image.width() * side / longer));
    int height = Math.max(1, Math.round((float) image.height() * side / longer));
    return new Resampler(Interpolation.BILINEAR)
        .resize(image, image.whole(), width, height, new Crop(0, 0, height, width));
  }
}
