package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;
import org.kgcoop.model.FixedHead;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class LinearProbeTest {
  /** Two images near each of three directions in the plane. */
  private static final float[] FEATURES = {
    1, 0, 0.96f, 0.28f, 0, 1, -0.28f, 0.96f, -0.6f, -0.8f, -0.8f, -0.6f
  };

  private static final int[] LABELS = {0, 0, 1, 1, 2, 2};

  /**
   * Two classes have one image each, at +1 and -1. By symmetry, W = (w, -w) and b = 0. The
   * derivative of w^2 + 2 C log(1 + exp(-2 w)) is zero at w = 2 C / (1 + exp(2 w)).
   */
  @Test
  void solvesAProblemThatHasAFormula() {
    double strength = 3;
    double w = 1;
    for (int i = 0; i < 200; i++) { // Newton's method
      double sigma = 1 / (1 + Math.exp(2 * w));
      double f = w - 2 * strength * sigma;
      w -= f / (1 + 4 * strength * sigma * (1 - sigma));
    }
    try (Scope scope = Scope.open("test");
        FixedHead probe =
            LinearProbe.fit(
                Tensor.of(new float[] {1, -1}, 2, 1), new int[] {0, 1}, 2, strength, () -> {})) {
      float[] logits = probe.logits(Tensor.of(new float[] {1}, 1, 1)).toFloats();
      assertThat(logits[0] - logits[1]).isCloseTo((float) (2 * w), within(1e-4f));
      assertThat(logits[0] + logits[1]).isCloseTo(0f, within(1e-4f));
    }
  }

  @Test
  void findsClassesThatLieApart() {
    try (Scope scope = Scope.open("test")) {
      Tensor features = Tensor.of(FEATURES, 6, 2);
      try (FixedHead probe = LinearProbe.fit(features, LABELS, 3, 100, () -> {})) {
        assertThat(probe.logits(features).argmax(1).toLongs()).containsExactly(0, 0, 1, 1, 2, 2);
      }
    }
  }

  @Test
  void learnsOnlyFrequenciesFromWeakData() {
    int[] labels = {0, 0, 0, 0, 1, 1};
    try (Scope scope = Scope.open("test");
        FixedHead probe = LinearProbe.fit(Tensor.of(FEATURES, 6, 2), labels, 2, 1e-4, () -> {})) {
      float[] logits = probe.logits(Tensor.of(new float[] {0, 1}, 1, 2)).toFloats();
      // The biases are not regularized, so their difference is log 4/2. The small loss limits the
      // precision.
      assertThat(logits[0] - logits[1]).isCloseTo((float) Math.log(2), within(0.02f));
    }
  }

  @Test
  void anInterruptionEndsTheFit() {
    KgCoopException interruption =
        new KgCoopException(KgCoopException.Category.INTERRUPTED, "the time is up");
    AtomicInteger evaluations = new AtomicInteger();
    try (Scope scope = Scope.open("test")) {
      assertThatThrownBy(
              () ->
                  LinearProbe.fit(
                      Tensor.of(FEATURES, 6, 2),
                      LABELS,
                      3,
                      100,
                      () -> {
                        if (evaluations.incrementAndGet() == 3) {
                          throw interruption;
                        }
                      }))
          .isSameAs(interruption);
      assertThat(evaluations).hasValue(3);
    }
  }
}
