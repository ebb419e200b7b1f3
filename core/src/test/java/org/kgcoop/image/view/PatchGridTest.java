package org.kgcoop.image.view;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kgcoop.image.Crop;

class PatchGridTest {

  /** The numbers come from the published code. */
  @ParameterizedTest
  @CsvSource({
    "16, 256, 480, 640, 224, 288",
    "16, 256, 1, 1, 112, 112",
    "16, 256, 1, 1000, 16, 4096",
    "16, 256, 1000, 1, 4096, 16",
    "16, 256, 100, 3000, 48, 1360",
    "16, 1024, 719, 1283, 384, 672",
    "14, 256, 333, 500, 182, 266",
    "8, 48, 37, 41, 48, 56",
    "16, 1, 480, 640, 16, 16"
  })
  void bothSidesHaveTheGreatestScaleThatFits(
      int patch, int most, int height, int width, int rows, int columns) {
    assertThat(new PatchGrid(patch, most).size(width, height))
        .isEqualTo(new Crop(0, 0, rows, columns));
  }

  @Test
  void anImageOfAllPatchesKeepsItsSize() {
    PatchGrid patches = new PatchGrid(16, 240);
    for (int rows : new int[] {1, 8, 12, 15, 16, 240}) {
      Crop all = new Crop(0, 0, 16 * rows, 16 * 240 / rows);
      assertThat(patches.size(all.width(), all.height())).isEqualTo(all);
    }
  }

  @Test
  void everyImageHasWholePatchesUpToTheMaximum() {
    for (int most : new int[] {1, 7, 256, PatchGrid.MAX_PATCHES}) {
      PatchGrid patches = new PatchGrid(14, most);
      for (int width : new int[] {1, 2, 13, 300, 8000}) {
        for (int height : new int[] {1, 27, 500, 3000}) {
          Crop size = patches.size(width, height);
          assertThat(size.width() % 14 + size.height() % 14).isZero();
          assertThat(size.width() / 14 * (size.height() / 14)).isBetween(1, most);
        }
      }
    }
  }
}
