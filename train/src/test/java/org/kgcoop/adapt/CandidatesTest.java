package org.kgcoop.adapt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.method.Gap;
import org.kgcoop.method.Gda;
import org.kgcoop.method.Proker;

class CandidatesTest {
  /** With 12,000 images, each of four folds would train on only 9,000, below the limit. */
  @Test
  void aKernelOfTooManyImagesIsLeftOutBeforeItsFoldsAreTrained() {
    assertThat(Candidates.leftOut(Proker.ID, 12_000, 6_000)).contains("at most 10000", "12000");
    assertThat(Candidates.leftOut(Proker.ID, Proker.MAX_ROWS, 6_000)).isEmpty();
    assertThat(Candidates.leftOut(Gda.ID, 12_000, 6_000)).isEmpty();
  }

  /** ViT-B/32: 12 blocks of 12 x 768 x 768 weights for 49 patches. */
  @Test
  void theSizeOfTheTaskDecidesTheViews() {
    ClipConfig.Vit image = new ClipConfig.Vit(768, 12, 32, 12);
    TaskSize work =
        new TaskSize(
            new ClipConfig(512, 224, 3, 77, 49_408, 512, 8, 12, Activation.QUICK_GELU, image));
    assertThat(work.image()).isEqualTo(12.0 * 12 * 768 * 768 * 49);
    assertThat(work.views(10)).isEqualTo(TaskSize.MAX_VIEWS);
    assertThat(work.views(100)).isEqualTo((int) (2e12 / (100 * work.image())));
    assertThat(work.views(10_000)).isZero();
  }

  @Test
  void gapIsComparedWithFewImagesPerClass() {
    assertThat(Candidates.leftOut(Gap.ID, 40, 10)).isEmpty();
    assertThat(Candidates.leftOut(Gap.ID, 1200, 1000)).contains("1000 in all");
    assertThat(Candidates.leftOut(Gap.ID, 41, 10)).contains("above 4 images per class");
  }
}
