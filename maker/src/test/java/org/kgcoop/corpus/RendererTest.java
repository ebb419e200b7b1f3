package org.kgcoop.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;

class RendererTest {

  @Test
  void inkIsBlackOnWhite() {
    Bitmap disc = IconFixture.bitmap(IconFixture.DISC);
    assertThat(disc.side()).isEqualTo(64);
    assertThat(disc.channels()).isEqualTo(1);
    assertThat(disc.ink(32, 32)).isEqualTo(255);
    assertThat(disc.ink(1, 1)).isZero();
  }

  @Test
  void colorsStay() {
    Bitmap red =
        new Renderer()
            .render(IconFixture.icon("made-up", "square", IconFixture.RED), true)
            .orElseThrow();
    int middle = (32 * 64 + 32) * 3;
    assertThat(red.samples()[middle] & 0xff).isEqualTo(255);
    assertThat(red.samples()[middle + 1]).isZero();
  }

  @Test
  void blankDrawingIsNone() {
    Icon blank = IconFixture.icon("made-up", "blank", "<g/>");
    assertThat(new Renderer().render(blank, false)).isEmpty();
  }

  @Test
  void wideDrawingStandsInTheMiddle() {
    Icon wide =
        new Icon(
            "made-up",
            "wide",
            "<rect width='32' height='16' fill='currentColor'/>",
            "0 0 32 16",
            List.of(),
            List.of());
    Bitmap bitmap = new Renderer().render(wide, false).orElseThrow();
    assertThat(bitmap.ink(32, 8)).isZero();
    assertThat(bitmap.ink(32, 32)).isEqualTo(255);
    assertThat(bitmap.ink(32, 56)).isZero();
  }

  @Test
  void pngHoldsEveryPixelWhateverItsBits() {
    Bitmap disc = IconFixture.bitmap(IconFixture.DISC);
    Bitmap coarse = disc.sixteenLevels();
    assertSame(disc, disc.png());
    assertSame(coarse, coarse.smallPng());
    Bitmap blue = Condition.BLUEPRINT.of(coarse, "disc");
    assertSame(blue, blue.smallPng());
    assertThat(coarse.smallPng().length).isLessThanOrEqualTo(coarse.png().length);
  }

  private static void assertSame(Bitmap bitmap, byte[] png) {
    RgbImage read = new Images(warning -> {}).decode(png, "picture");
    for (int i = 0; i < 64 * 64; i++) {
      int first = bitmap.samples()[i * bitmap.channels()] & 0xff;
      assertThat(read.sample(i % 64, i / 64, 0)).isEqualTo(first);
    }
  }

  @Test
  void linesAndAreasAreTold() {
    assertThat(Strokes.words(IconFixture.bitmap(IconFixture.DISC), List.of()))
        .containsExactly("filled");
    assertThat(Strokes.words(IconFixture.bitmap(IconFixture.BAR), List.of()))
        .containsExactly("outline");
    assertThat(Strokes.words(IconFixture.bitmap(IconFixture.DISC), List.of("duotone")))
        .containsExactly("duotone");
  }
}
