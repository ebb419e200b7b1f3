package org.kgcoop.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class AdamWTest {
  private static final AdamW.Settings CLIP = new AdamW.Settings(0.9, 0.98, 1e-6, 0.1);

  @Test
  void stepsEqualTheFormula() {
    double[] gradients = {0.5, -0.2, 0.7, 0.1};
    double[] rates = {0.1, 0.2, 0.05, 0.1};
    double expected = 1;
    double m = 0;
    double v = 0;
    try (Scope scope = Scope.open("test")) {
      Tensor p = Tensor.full(1, 1).copy();
      try (AdamW adam = new AdamW(List.of(p), CLIP)) {
        for (int t = 1; t <= gradients.length; t++) {
          double g = gradients[t - 1];
          double rate = rates[t - 1];
          adam.step(List.of(Tensor.full(g, 1)), rate);
          expected -= rate * 0.1 * expected;
          m = 0.9 * m + 0.1 * g;
          v = 0.98 * v + 0.02 * g * g;
          double root = Math.sqrt(v / (1 - Math.pow(0.98, t)));
          expected -= rate / (1 - Math.pow(0.9, t)) * m / (root + 1e-6);
          assertThat((double) p.toFloats()[0]).as("step " + t).isCloseTo(expected, within(1e-6));
        }
      }
    }
  }

  @Test
  void aLoadedStateGoesOnInTheSameBytes() {
    try (Scope scope = Scope.open("test")) {
      Tensor undisturbed = Tensor.of(new float[] {1, -2, 3}, 3).copy();
      Tensor gradient = Tensor.of(new float[] {0.3f, 0.2f, -0.1f}, 3);
      Tensor resumed;
      byte[] state;
      try (AdamW adam = new AdamW(List.of(undisturbed), CLIP)) {
        adam.step(List.of(gradient), 0.1);
        state = adam.state();
        resumed = undisturbed.copy();
        adam.step(List.of(gradient), 0.1);
      }
      try (AdamW adam = new AdamW(List.of(resumed), CLIP)) {
        adam.load(state);
        adam.step(List.of(gradient), 0.1);
      }
      assertThat(resumed.toBytes()).isEqualTo(undisturbed.toBytes());
    }
  }
}
