package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class ResizedPositionsTest {

  @Test
  void weightsAreTriangles() {
    try (Scope scope = Scope.open("test")) {
      assertThat(ResizedPositions.weights(2, 1).toFloats()).containsExactly(0.5f, 0.5f);
      assertThat(ResizedPositions.weights(2, 4).toFloats())
          .containsExactly(1, 0, 0.75f, 0.25f, 0.25f, 0.75f, 0, 1);
      assertThat(ResizedPositions.weights(3, 3).toFloats())
          .containsExactly(1, 0, 0, 0, 1, 0, 0, 0, 1);
      // 4 to 2: the triangle is stretched by 2, and cut at the border.
      assertThat(ResizedPositions.weights(4, 2).toFloats())
          .containsExactly(
              new float[] {3 / 7f, 3 / 7f, 1 / 7f, 0, 0, 1 / 7f, 3 / 7f, 3 / 7f}, within(1e-6f));
    }
  }

  @Test
  void theTableIsResizedAlongBothAxes() {
    try (Scope scope = Scope.open("test")) {
      Tensor table = TinyClip.normal(1, 1, 9, 5);
      float[] old = table.toFloats();
      float[] rows = ResizedPositions.weights(3, 2).toFloats();
      float[] columns = ResizedPositions.weights(3, 4).toFloats();

      float[] resized = ResizedPositions.of(table, 2, 4).toFloats();

      for (int y = 0; y < 2; y++) {
        for (int x = 0; x < 4; x++) {
          for (int w = 0; w < 5; w++) {
            double sum = 0;
            for (int i = 0; i < 9; i++) {
              sum += rows[3 * y + i / 3] * columns[3 * x + i % 3] * old[5 * i + w];
            }
            assertThat(resized[5 * (4 * y + x) + w]).isCloseTo((float) sum, within(1e-6f));
          }
        }
      }
      assertThat(ResizedPositions.of(table, 3, 3)).isSameAs(table);
      assertThat(ResizedPositions.of(table, 1, 40).shape()).containsExactly(40, 5);
    }
  }
}
