package org.kgcoop.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SgdTest {

  @Test
  void twoStepsEqualTheFormula() {
    // v1 = g + wd p0 = 0.5 + 0.1 * 1 = 0.6; p1 = 1 - 0.1 * 0.6 = 0.94
    // v2 = 0.9 * 0.6 + 0.5 + 0.1 * 0.94 = 1.134; p2 = 0.94 - 0.2 * 1.134 = 0.7132
    try (Scope scope = Scope.open("test")) {
      Tensor p = Tensor.full(1, 1).parameter();
      try (Sgd sgd = new Sgd(List.of(p), 0.9, 0.1)) {
        sgd.step(List.of(Tensor.full(0.5, 1)), 0.1);
        assertThat(p.toFloats()[0]).isEqualTo(0.94f);
        sgd.step(List.of(Tensor.full(0.5, 1)), 0.2);
        assertThat(p.toFloats()[0]).isEqualTo(0.7132f);
      }
    }
  }

  @Test
  void aLoadedStateGoesOnInTheSameBytes() {
    try (Scope scope = Scope.open("test")) {
      Tensor undisturbed = Tensor.of(new float[] {1, -2, 3}, 3).parameter();
      Tensor gradient = Tensor.of(new float[] {0.3f, 0.2f, -0.1f}, 3);
      byte[] state;
      Tensor resumed;
      try (Sgd sgd = new Sgd(List.of(undisturbed), 0.9, 5e-4)) {
        sgd.step(List.of(gradient), 0.1);
        state = sgd.state();
        resumed = undisturbed.parameter();
        sgd.step(List.of(gradient), 0.1);
      }
      try (Sgd sgd = new Sgd(List.of(resumed), 0.9, 5e-4)) {
        sgd.load(state);
        sgd.step(List.of(gradient), 0.1);
      }
      assertThat(resumed.toBytes()).isEqualTo(undisturbed.toBytes());
    }
  }
}
