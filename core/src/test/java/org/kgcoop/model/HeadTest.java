package org.kgcoop.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class HeadTest {
  /** Creates a head whose logits are a multiple of the features. */
  private static Head times(double factor) {
    return new Head() {
      @Override
      public Tensor logits(Tensor features) {
        return features.times(factor);
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void probabilitiesAreTheSoftmaxOfLogits() {
    try (Scope scope = Scope.open("test")) {
      float[] found =
          times(1).probabilities(Tensor.of(new float[] {0, (float) Math.log(3)}, 1, 2)).toFloats();
      assertThat(found).containsExactly(new float[] {0.25f, 0.75f}, within(1e-6f));
    }
  }

  /** 10 times 3e38 exceeds the range of float32. */
  @Test
  void logitsThatAreNoNumbersGiveNoProbabilities() {
    try (Scope scope = Scope.open("test")) {
      for (float value : new float[] {3e38f, -3e38f, Float.NaN}) {
        Tensor features = Tensor.of(new float[] {0, 1, value, 1}, 2, 2);
        assertThatThrownBy(() -> times(10).probabilities(features))
            .isInstanceOf(KgCoopException.class)
            .hasMessageContaining("a score of a class is no finite number")
            .extracting(e -> ((KgCoopException) e).category())
            .isEqualTo(KgCoopException.Category.WEIGHTS);
      }
    }
  }
}
