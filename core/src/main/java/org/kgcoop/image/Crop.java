package org.kgcoop.image;

/**
 * A rectangle of an image in pixels, in torchvision's order.
 *
 * @param top the first row
 * @param left the first column
 */
public record Crop(int top, int left, int height, int width) {

  public Crop {
    if (top < 0 || left < 0 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "crop: expected top and left from 0, height and width from 1, got [%s, %s, %s, %s]"
              .formatted(top, left, height, width));
    }
  }

  /** Throws an exception if the rectangle is not inside an image of this size. */
  public void checkInside(int imageWidth, int imageHeight) {
    if ((long) top + height > imageHeight || (long) left + width > imageWidth) {
      throw new IllegalArgumentException(
          "crop: [%s, %s, %s, %s] (top, left, height, width) is not inside an image of %s x %s"
              .formatted(top, left, height, width, imageWidth, imageHeight));
    }
  }
}
