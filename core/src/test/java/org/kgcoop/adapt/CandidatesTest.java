package org.kgcoop.adapt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.kgcoop.method.Gda;
import org.kgcoop.method.Proker;

class CandidatesTest {
  /** With 12,000 images, each of four folds would train on only 9,000, below the limit. */
  @Test
  void aKernelOfTooManyImagesIsLeftOutBeforeItsFoldsAreTrained() {
    assertThat(Candidates.leftOut(Proker.ID, 12_000)).contains("at most 10000", "12000");
    assertThat(Candidates.leftOut(Proker.ID, Proker.MAX_ROWS)).isEmpty();
    assertThat(Candidates.leftOut(Gda.ID, 12_000)).isEmpty();
  }
}
