package org.kgcoop.image.view;

/** The resizing filters of Pillow. When an image shrinks, the filter is stretched by the scale. */
public enum Interpolation {
  /** A triangle over two pixels. */
  BILINEAR(1),

  /** Cubic convolution over four pixels with a = -0.5, the filter of CLIP. */
  BICUBIC(2);

  private static final double A = -0.5;

  private final double support;

  Interpolation(double support) {
    this.support = support;
  }

  /** Returns the radius of the filter at scale 1. */
  double support() {
    return support;
  }

  double weight(double distance) {
    double x = Math.abs(distance);
    if (this == BILINEAR) {
      return x < 1 ? 1 - x : 0;
    }
    if (x < 1) {
      return ((A + 2) * x - (A + 3)) * x * x + 1;
    }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
  }
}
