package org.kgcoop.label;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class NextImagesTest {
  private static final int[] ALL = {0, 1, 2, 3};
  private static final boolean[] NO_AUDIT = new boolean[4];

  @Test
  void asksAboutTheSmallestMarginsIfErrorsAreLikely() {
    double[][] p = {{0.5, 0.5, 0}, {0.9, 0.1, 0}, {0.45, 0.55, 0}, {0.6, 0.4, 0}};
    NextImages.Step step = NextImages.choose(p, ALL, NO_AUDIT, 20, 2);
    assertThat(step.isPage()).isFalse();
    assertThat(step.shown()).containsExactly(0, 2);
    assertThat(step.questionRate()).isCloseTo((0.5 + 0.45) / (2.03 * 2), Offset.offset(1e-12));
  }

  @Test
  void showsAPageOfOneClassIfErrorsAreRare() {
    double[][] p = {{0.9, 0.1, 0}, {0.91, 0.09, 0}, {0.02, 0.98, 0}, {0.88, 0.12, 0}};
    NextImages.Step step = NextImages.choose(p, ALL, NO_AUDIT, 20, 1);
    double wrong = 0.12 + 0.1 + 0.09;
    assertThat(step.pageRate())
        .isCloseTo(wrong / (1.93 + 0.4 * 3 + 2.83 * wrong), Offset.offset(1e-12));
    assertThat(step.questionRate()).isCloseTo(0.12 / 2.03, Offset.offset(1e-12));
    assertThat(step.proposed()).isZero();
    assertThat(step.shown()).containsExactly(3, 0, 1); // the least sure first
  }

  @Test
  void passesAuditImagesInFrontOfTheLastShownOne() {
    double[][] p = {{0.9, 0.1}, {0.91, 0.09}, {0.93, 0.07}, {0.88, 0.12}};
    boolean[] audit = {true, false, true, false};
    NextImages.Step step = NextImages.choose(p, ALL, audit, 2, 1);
    assertThat(step.shown()).containsExactly(3, 1);
    assertThat(step.passed()).containsExactly(0); // image 2 is behind the last one
  }

  @Test
  void prefersTheSmallerIndexOfEqualImages() {
    double[][] p = {{0.6, 0.4}, {0.6, 0.4}, {0.6, 0.4}, {0.6, 0.4}};
    assertThat(NextImages.choose(p, ALL, NO_AUDIT, 2, 2).shown()).containsExactly(0, 1);
  }

  @Test
  void showsUnusualImages() {
    double[] nearness = {0.4, 0.1, 0.3, 0.2};
    assertThat(NextImages.unusual(nearness, ALL, NO_AUDIT, 2).shown()).containsExactly(1, 3);
  }
}
