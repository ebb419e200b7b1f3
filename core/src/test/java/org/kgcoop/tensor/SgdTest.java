package org.kgcoop.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;

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

  @Test
  void everyParameterHasAMomentumOfItsOwn() {
    // v = 0.9 v + g, p = p - 0.1 v, two steps with gradients (1, 2) and then (0, -1):
    // a: v 1, 0.9;      p 0 - 0.1 - 0.09 = -0.19
    // b: v 2, 0.8;      p 1 - 0.2 - 0.08 =  0.72
    try (Scope scope = Scope.open("test")) {
      Tensor a = Tensor.full(0, 1, 2).parameter();
      Tensor b = Tensor.full(1, 3).parameter();
      try (Sgd sgd = new Sgd(List.of(a, b), 0.9, 0)) {
        sgd.step(List.of(Tensor.full(1, 1, 2), Tensor.full(2, 3)), 0.1);
        sgd.step(List.of(Tensor.full(0, 1, 2), Tensor.full(-1, 3)), 0.1);
      }
      assertThat(a.toFloats()).containsExactly(new float[] {-0.19f, -0.19f}, within(1e-7f));
      assertThat(b.toFloats()).containsExactly(new float[] {0.72f, 0.72f, 0.72f}, within(1e-7f));
    }
  }

  @Test
  void aWrongNumberOrShapeOfGradientsIsRefused() {
    try (Scope scope = Scope.open("test")) {
      Tensor p = Tensor.full(1, 2).parameter();
      try (Sgd sgd = new Sgd(List.of(p), 0.9, 0)) {
        assertThatThrownBy(() -> sgd.step(List.of(), 0.1))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("gradients: expected 1, got 0");
        assertThatThrownBy(() -> sgd.step(List.of(Tensor.full(1, 3)), 0.1))
            .isInstanceOf(RuntimeException.class);
        assertThat(p.toFloats()).containsExactly(1, 1);
      }
    }
  }

  @Test
  void aDamagedStateIsRefused() {
    try (Scope scope = Scope.open("test")) {
      Tensor p = Tensor.full(1, 2).parameter();
      try (Sgd sgd = new Sgd(List.of(p), 0.9, 0)) {
        assertThatThrownBy(() -> sgd.load(new byte[] {1, 2, 3}))
            .isInstanceOf(KgCoopException.class);
      }
    }
  }
}
