package org.kgcoop.image.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.apache.commons.rng.core.source64.SplitMix64;
import org.junit.jupiter.api.Test;
import org.kgcoop.image.Crop;
import org.kgcoop.image.RgbImage;

class RandomResizedCropTest {

  private record View(Crop crop, boolean flipped) {}

  /** The published view: a random crop, and a flip with probability 0.5. */
  private static View view(long seed, long number, String key, int width, int height) {
    SplitMix64 random = ViewRecipe.random(seed, number, key);
    Crop crop = new RandomResizedCrop(0.08, 1).of(random, width, height);
    return new View(crop, random.nextDouble() < 0.5);
  }

  @Test
  void areAPureFunctionOfTheirSeeds() {
    View view = view(1, 0, "cat/1.png", 500, 375);

    assertThat(view(1, 0, "cat/1.png", 500, 375)).isEqualTo(view);
    assertThat(view(2, 0, "cat/1.png", 500, 375)).isNotEqualTo(view);
    assertThat(view(1, 1, "cat/1.png", 500, 375)).isNotEqualTo(view);
    assertThat(view(1, 0, "cat/2.png", 500, 375)).isNotEqualTo(view);
  }

  /**
   * Feature caches and checkpoints outlive a version of this program, so the views must not change.
   */
  @Test
  void doNotChangeBetweenVersions() {
    assertThat(view(1, 0, "cat/1.png", 500, 375))
        .isEqualTo(new View(new Crop(137, 121, 235, 244), false));
  }

  @Test
  void keepWithinAreaAndRatio() {
    Set<View> distinct = new HashSet<>();
    int flips = 0;
    double areas = 0;
    RgbImage image = new RgbImage(500, 375, new byte[3 * 500 * 375]);
    for (int number = 0; number < 2000; number++) {
      View view = view(7, number, "x", 500, 375);
      Crop crop = view.crop();
      crop.checkInside(image.width(), image.height());
      double area = (double) crop.width() * crop.height() / (500 * 375);
      double ratio = (double) crop.width() / crop.height();
      assertThat(area).isBetween(0.078, 1.0); // rounded to whole pixels
      assertThat(ratio).isBetween(0.74, 1.35);
      distinct.add(view);
      flips += view.flipped() ? 1 : 0;
      areas += area;
    }
    assertThat(distinct).hasSizeGreaterThan(1990);
    assertThat(flips).isBetween(900, 1100); // 1000 +- 22 (standard deviation)
    // With uniform areas the mean would be 0.54, but large crops often do not fit and are drawn
    // again. 20,000 views of torchvision's rule have a mean of 0.432.
    assertThat(areas / 2000).isBetween(0.41, 0.45);
  }

  @Test
  void fallBackToTheMiddleAsTorchvisionDoes() {
    assertThat(RandomResizedCrop.center(1000, 10)).isEqualTo(new Crop(0, 493, 10, 13)); // 10 * 4/3
    assertThat(RandomResizedCrop.center(10, 1000))
        .isEqualTo(new Crop(493, 0, 13, 10)); // 10 / (3/4)
    assertThat(RandomResizedCrop.center(10, 11)).isEqualTo(new Crop(0, 0, 11, 10));
    assertThat(RandomResizedCrop.center(1, 5000)).isEqualTo(new Crop(2499, 0, 1, 1));
  }

  @Test
  void existForAnySize() {
    for (int number = 0; number < 200; number++) {
      view(1, number, "x", 1, 1).crop().checkInside(1, 1);
      view(1, number, "x", 1, 300).crop().checkInside(1, 300);
    }
  }
}
