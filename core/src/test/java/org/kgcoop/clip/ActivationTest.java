package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class ActivationTest {
  private static final float[] X = {-2, 0, 1};

  @Test
  void quickGeluIsXTimesSigmoid() {
    try (Scope scope = Scope.open("test")) {
      float[] y = Activation.QUICK_GELU.apply(Tensor.of(X, 3)).toFloats();
      for (int i = 0; i < 3; i++) {
        assertThat((double) y[i]).isCloseTo(X[i] / (1 + Math.exp(-1.702 * X[i])), within(1e-7));
      }
    }
  }

  @Test
  void geluIsXTimesTheNormalDistribution() {
    // Phi(-2) = 0.022750132, Phi(0) = 0.5, Phi(1) = 0.841344746: any table.
    try (Scope scope = Scope.open("test")) {
      float[] y = Activation.GELU.apply(Tensor.of(X, 3)).toFloats();
      assertThat(y[0]).isCloseTo(-0.045500264f, within(1e-7f));
      assertThat(y[1]).isZero();
      assertThat(y[2]).isCloseTo(0.8413447f, within(1e-7f));
    }
  }

  @Test
  void anUnknownNameListsTheKnown() {
    assertThatThrownBy(() -> Activation.ofName("swish"))
        .isInstanceOf(KgCoopException.class)
        .hasMessage("activation 'swish': expected quick_gelu or gelu");
  }
}
