package org.kgcoop.image.view;

import java.util.Arrays;
import org.kgcoop.image.RgbImage;

/**
 * A test that tells photos from drawings. A few colors cover most of a drawing, even after JPEG
 * compression. In a photo, light and noise spread the colors.
 *
 * <p>The measure is the share of pixels in the four most frequent colors, of 16 levels per channel,
 * at 64 x 64 pixels. It is above 0.8 for most of the embedded drawings, and above 0.5 after JPEG
 * compression with quality 70. It is 0.1 to 0.4 for most color photos, and below for color noise
 * and gradients. Grayscale photos have few colors, so this test takes many of them for drawings.
 */
public final class Drawings {
  private static final int LEVEL_BITS = 4; // per channel
  private static final int FREQUENT = 4;
  private static final double MIN_SHARE = 0.4;

  private Drawings() {}

  /** Returns the share of pixels in the four most frequent colors, 0 to 1. */
  public static double colorShare(RgbImage image) {
    int[] counts = new int[1 << (3 * LEVEL_BITS)];
    int drop = 8 - LEVEL_BITS;
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        int color = 0;
        for (int channel = 0; channel < 3; channel++) {
          color = color << LEVEL_BITS | image.sample(x, y, channel) >> drop;
        }
        counts[color]++;
      }
    }
    Arrays.sort(counts);
    int covered = Arrays.stream(counts, counts.length - FREQUENT, counts.length).sum();
    return covered / ((double) image.width() * image.height());
  }

  /** Returns true if images with this share, or with this median share, look like drawings. */
  public static boolean isDrawing(double colorShare) {
    return colorShare >= MIN_SHARE;
  }
}
