package org.kgcoop.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RgbImageOfTest {
  private static final int[] PIXELS = {0xff102030, 0xff0080ff, 0xff7f7f7f, 0xffffffff};

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_INT_RGB,
        BufferedImage.TYPE_INT_ARGB,
        BufferedImage.TYPE_INT_ARGB_PRE,
        BufferedImage.TYPE_INT_BGR,
        BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_4BYTE_ABGR,
        BufferedImage.TYPE_4BYTE_ABGR_PRE
      })
  void colorsDoNotDependOnTheLayout(int type) {
    BufferedImage image = new BufferedImage(4, 3, type);
    image.setRGB(1, 1, 2, 2, PIXELS, 0, 2);
    for (RgbImage found :
        new RgbImage[] {RgbImage.of(image), RgbImage.of(image.getSubimage(1, 1, 2, 2))}) {
      int left = found.width() == 4 ? 1 : 0;
      for (int i = 0; i < PIXELS.length; i++) {
        for (int channel = 0; channel < 3; channel++) {
          assertThat(found.sample(left + i % 2, left + i / 2, channel))
              .isEqualTo(PIXELS[i] >> (16 - 8 * channel) & 0xff);
        }
      }
    }
  }

  @Test
  void greyIsTakenAsItIsStored() {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(0, 0, 0, 100);
    RgbImage found = RgbImage.of(image);
    assertThat(found.rgb()).containsExactly(100, 100, 100, 0, 0, 0);
  }

  @Test
  void aPaletteIsLookedUp() {
    byte[] red = {9, 1};
    byte[] green = {9, 2};
    byte[] blue = {9, 3};
    IndexColorModel palette = new IndexColorModel(8, 2, red, green, blue);
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_INDEXED, palette);
    image.getRaster().setSample(0, 0, 0, 1);
    assertThat(RgbImage.of(image).rgb()).containsExactly(1, 2, 3);
  }
}
