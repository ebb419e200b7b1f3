package org.kgcoop.image.view;

import org.kgcoop.image.Crop;

/**
 * The input sizes of a model that keeps the shape of an image. An image is resized so that whole
 * patches cover it, as many as are allowed.
 *
 * @param patch the side of a patch in pixels
 * @param maxPatches the maximum number of patches of an image
 */
public record PatchGrid(int patch, int maxPatches) {
  /** The maximum of {@code maxPatches}. The memory of attention grows with its square. */
  public static final int MAX_PATCHES = 4096;

  private static final double LEAST_SCALE = 1e-6;
  private static final double GREATEST_SCALE = 100;
  private static final double PRECISION = 1e-5;

  /**
   * Returns the size of an image after resizing. Both sides have the same scale, rounded up to
   * whole patches. The scale is the greatest that fits, found by bisection as in the image
   * processor of Hugging Face's Siglip2 models. A small image grows. A thin strip can have more
   * than {@code maxPatches}, if one row of patches at the least scale does.
   *
   * @return the image as a crop that starts at 0
   */
  public Crop size(int width, int height) {
    double low = LEAST_SCALE;
    double high = GREATEST_SCALE;
    while (high - low >= PRECISION) {
      double scale = (low + high) / 2;
      if ((double) patches(width, scale) * patches(height, scale) <= maxPatches) {
        low = scale;
      } else {
        high = scale;
      }
    }
    return new Crop(0, 0, patch * patches(height, low), patch * patches(width, low));
  }

  private int patches(int side, double scale) {
    return (int) Math.max(1, Math.ceil(side * scale / patch));
  }
}
