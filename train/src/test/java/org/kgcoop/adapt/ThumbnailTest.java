package org.kgcoop.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.kgcoop.image.RgbImage;

/** Tests of the comparison of pictures. */
class ThumbnailTest {
  private static final int SIZE = 64;

  /** Draws a few blobs, moved, scaled and darkened. */
  private static RgbImage picture(long seed, double dx, double dy, double scale, double light) {
    Random random = new Random(seed);
    double[][] blobs = new double[6][];
    for (int i = 0; i < blobs.length; i++) {
      blobs[i] =
          new double[] {
            8 + 48 * random.nextDouble(), 8 + 48 * random.nextDouble(), 2 + 6 * random.nextDouble()
          };
    }
    byte[] rgb = new byte[3 * SIZE * SIZE];
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        double u = (x - 32) / scale + 32 - dx;
        double v = (y - 32) / scale + 32 - dy;
        double value = 230;
        for (double[] blob : blobs) {
          double square = (u - blob[0]) * (u - blob[0]) + (v - blob[1]) * (v - blob[1]);
          value -= 180 * Math.exp(-square / (2 * blob[2] * blob[2]));
        }
        byte sample = (byte) Math.max(0, Math.min(255, light * value));
        for (int channel = 0; channel < 3; channel++) {
          rgb[3 * (y * SIZE + x) + channel] = sample;
        }
      }
    }
    return new RgbImage(SIZE, SIZE, rgb);
  }

  private static double correlation(RgbImage one, RgbImage other) {
    return Thumbnail.correlation(Thumbnail.of(one), Thumbnail.of(other));
  }

  @Test
  void aMovedScaledAndDarkerPictureIsTheSame() {
    for (int seed = 0; seed < 10; seed++) {
      RgbImage picture = picture(seed, 0, 0, 1, 1);
      assertThat(correlation(picture, picture)).isCloseTo(1, within(1e-9));
      assertThat(correlation(picture, picture(seed, 4, -3, 1.05, 0.8)))
          .as("seed %s", seed)
          .isGreaterThan(0.98);
    }
  }

  /** Returns a picture that is mirrored, and turned by a right angle if asked. */
  private static RgbImage changed(RgbImage picture, boolean isTurned) {
    byte[] rgb = new byte[3 * SIZE * SIZE];
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        int from = isTurned ? x * SIZE + y : y * SIZE + SIZE - 1 - x;
        System.arraycopy(picture.rgb(), 3 * from, rgb, 3 * (y * SIZE + x), 3);
      }
    }
    return new RgbImage(SIZE, SIZE, rgb);
  }

  @Test
  void aMirroredOrTurnedPictureIsTheSameOnlyIfItMayBe() {
    for (int seed = 0; seed < 5; seed++) {
      RgbImage picture = picture(seed, 0, 0, 1, 1);
      for (boolean isTurned : new boolean[] {false, true}) {
        RgbImage other = changed(picture, isTurned);
        Thumbnail one = Thumbnail.of(picture);
        assertThat(correlation(picture, other)).as("seed %s", seed).isLessThan(0.98);
        assertThat(Thumbnail.turnedCorrelation(one, Thumbnail.of(other)))
            .as("seed %s", seed)
            .isGreaterThan(0.999);
        assertThat(product(one.spectrumOfAnySide(), Thumbnail.of(other).spectrumOfAnySide()))
            .isCloseTo(1, within(1e-3));
      }
    }
  }

  /** Red and green of equal luma: 0.299 x 200 = 0.587 x 102. */
  @Test
  void aShapeAsBrightAsItsBackgroundIsVisible() {
    RgbImage here = new RgbImage(SIZE, SIZE, square(10));
    assertThat(correlation(here, new RgbImage(SIZE, SIZE, square(16)))).isGreaterThan(0.98);
  }

  private static byte[] square(int left) {
    byte[] rgb = new byte[3 * SIZE * SIZE];
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        boolean isInside = x >= left && x < left + 24 && y >= 12 && y < 44;
        rgb[3 * (y * SIZE + x)] = (byte) (isInside ? 200 : 0);
        rgb[3 * (y * SIZE + x) + 1] = (byte) (isInside ? 0 : 102);
      }
    }
    return rgb;
  }

  @Test
  void differentPicturesAreNotTheSame() {
    for (int seed = 0; seed < 10; seed++) {
      assertThat(correlation(picture(seed, 0, 0, 1, 1), picture(seed + 100, 0, 0, 1, 1)))
          .as("seed %s", seed)
          .isLessThan(0.98);
    }
  }

  @Test
  void plainSurfacesAndTinyImagesHaveNoCorrelation() {
    RgbImage dot = new RgbImage(1, 1, new byte[3]);
    assertThat(correlation(dot, dot)).isZero();
    assertThat(correlation(dot, picture(1, 0, 0, 1, 1))).isZero();
    assertThat(Thumbnail.of(dot).spectrum()).containsOnly(0f);
  }

  @Test
  void theSpectrumHardlyDependsOnTheShift() {
    float[] here = Thumbnail.of(picture(3, 0, 0, 1, 1)).spectrum();
    float[] moved = Thumbnail.of(picture(3, 4, -3, 1, 1)).spectrum();
    float[] other = Thumbnail.of(picture(4, 0, 0, 1, 1)).spectrum();
    assertThat(product(here, moved)).isGreaterThan(product(here, other));
    assertThat(product(here, here)).isCloseTo(1, within(1e-5));
  }

  private static double product(float[] one, float[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += one[i] * other[i];
    }
    return sum;
  }
}
