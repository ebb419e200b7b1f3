package org.kgcoop.image.view;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kgcoop.image.Crop;
import org.kgcoop.image.RgbImage;

/** Tests that windows equal the entire result. {@link TransformTest} compares it with Pillow. */
class ResamplerTest {

  @ParameterizedTest
  @CsvSource({
    "40, 30, 17, 12, BICUBIC",
    "17, 12, 40, 30, BICUBIC",
    "40, 30, 40, 11, BICUBIC",
    "40, 30, 13, 30, BILINEAR",
    "7, 90, 31, 22, BILINEAR"
  })
  void aWindowIsThatPartOfTheWhole(
      int width, int height, int newWidth, int newHeight, Interpolation interpolation) {
    Resampler resampler = new Resampler(interpolation);
    RgbImage image = TransformTest.noise(width, height, 1);
    Crop window = new Crop(3, 2, newHeight - 5, newWidth - 7);

    RgbImage part = resampler.resize(image, image.whole(), newWidth, newHeight, window);

    assertThat(part).isEqualTo(resized(interpolation, image, newWidth, newHeight).crop(window));
  }

  @ParameterizedTest
  @CsvSource({"BICUBIC, 5, 9", "BILINEAR, 20, 6", "BICUBIC, 11, 6", "BICUBIC, 5, 8"})
  void aPartHasNoInfluenceFromOutside(Interpolation interpolation, int width, int height) {
    Resampler resampler = new Resampler(interpolation);
    RgbImage image = TransformTest.noise(19, 23, 2);
    Crop part = new Crop(4, 6, 8, 11);

    RgbImage resized = resampler.resize(image, part, width, height, new Crop(0, 0, height, width));

    assertThat(resized).isEqualTo(resized(interpolation, image.crop(part), width, height));
  }

  @ParameterizedTest
  @CsvSource({"BICUBIC, 1, 1", "BICUBIC, 100, 3", "BILINEAR, 3, 100"})
  void anEvenImageStaysEven(Interpolation interpolation, int width, int height) {
    byte[] rgb = new byte[3 * 20 * 10];
    java.util.Arrays.fill(rgb, (byte) 201);

    RgbImage resized = resized(interpolation, new RgbImage(20, 10, rgb), width, height);

    assertThat(resized.rgb()).containsOnly(201);
  }

  /** Resizes the entire image. */
  static RgbImage resized(Interpolation interpolation, RgbImage image, int width, int height) {
    return new Resampler(interpolation)
        .resize(image, image.whole(), width, height, new Crop(0, 0, height, width));
  }
}
