package org.kgcoop.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.kgcoop.model.CalibratedHead;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class LinearAnswersTest {
  private static final int CLASSES = 37;
  private static final int WIDTH = 96;

  private final Random random = new Random(1);

  private float[] values(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private FixedHead.Linear head(@Nullable Tensor bias) {
    return new FixedHead.Linear(
        Tensor.of(values(CLASSES * WIDTH), CLASSES, WIDTH), bias, 0.2); // logits of about 2
  }

  @Test
  void probabilitiesAreThoseOfTheHead() {
    try (Scope scope = Scope.open("test")) {
      Head plain = head(null);
      Head withBias = head(Tensor.of(values(CLASSES), CLASSES));
      for (Head head : List.of(plain, withBias, new CalibratedHead(withBias, 1.7))) {
        float[] feature = values(WIDTH);
        float[] expected = head.probabilities(Tensor.of(feature, 1, WIDTH)).toFloats();
        float[] actual = LinearAnswers.of(head).orElseThrow().probabilities(feature);
        assertThat(actual).containsExactly(expected, within(1e-6f));
      }
    }
  }

  @Test
  void aLogitThatIsNotFiniteHasNoProbabilities() {
    try (Scope scope = Scope.open("test")) {
      LinearAnswers answers = LinearAnswers.of(head(null)).orElseThrow();
      for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
        float[] feature = values(WIDTH);
        feature[3] = value;
        assertThat(answers.probabilities(feature)).isNull();
      }
    }
  }

  @Test
  void otherHeadsAreLeftToTheNativeLibrary() {
    try (Scope scope = Scope.open("test")) {
      assertThat(LinearAnswers.of(new FixedHead.Sum(List.of(head(null), head(null))))).isEmpty();
    }
  }
}
