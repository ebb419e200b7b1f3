package org.kgcoop.adapt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
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

  @Test
  void gapIsComparedWithFewImagesPerClass() {
    assertThat(Candidates.leftOut(Gap.ID, 40, 10)).isEmpty();
    assertThat(Candidates.leftOut(Gap.ID, 1200, 1000)).contains("1000 in all");
    assertThat(Candidates.leftOut(Gap.ID, 41, 10)).contains("above 4 images per class");
  }
}
