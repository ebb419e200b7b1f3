package org.kgcoop.image.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.kgcoop.image.RgbImage;

class DrawingsTest {
  private static RgbImage image(int width, int height, byte[] rgb) {
    return new RgbImage(width, height, rgb);
  }

  @Test
  void theShareIsThatOfTheFourMostFrequentColors() {
    byte[] rgb = new byte[3 * 10];
    for (int pixel = 0; pixel < 10; pixel++) { // 4, 2, 1, 1, 1, 1 pixels of a color
      int color = pixel < 4 ? 0 : pixel < 6 ? 1 : pixel - 4;
      rgb[3 * pixel] = (byte) (color * 32);
    }
    assertThat(Drawings.colorShare(image(5, 2, rgb))).isCloseTo(0.8, within(1e-12));
    assertThat(Drawings.colorShare(image(1, 1, new byte[3]))).isOne();
  }

  @Test
  void noiseIsNoDrawing() {
    byte[] rgb = new byte[3 * 64 * 64];
    new Random(1).nextBytes(rgb);
    double share = Drawings.colorShare(image(64, 64, rgb));
    assertThat(share).isLessThan(0.01);
    assertThat(Drawings.isDrawing(share)).isFalse();
    assertThat(Drawings.isDrawing(0.9)).isTrue();
  }
}
