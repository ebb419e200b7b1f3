package org.kgcoop.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class StepTest {
  @Test
  void gradientsOfAGreaterNormAreBroughtToTheBoundTogether() {
    try (Scope scope = Scope.open("test")) {
      // The norms are 5 and 12, so the global norm is 13.
      Step step =
          new Step(
              Map.of("loss", 1.0),
              List.of(
                  Tensor.of(new float[] {3, 4}, 2), Tensor.of(new float[] {0, 12, 0, 0}, 2, 2)));
      Step clipped = step.clipped(6.5);
      assertThat(clipped.gradients().get(0).toFloats())
          .containsExactly(new float[] {1.5f, 2}, within(1e-6f));
      assertThat(clipped.gradients().get(1).toFloats())
          .containsExactly(new float[] {0, 6, 0, 0}, within(1e-6f));
      assertThat(clipped.losses()).isEqualTo(step.losses());
      assertThat(step.clipped(14)).isSameAs(step);
    }
  }
}
