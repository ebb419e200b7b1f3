package org.kgcoop.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClassificationTest {

  private static List<Integer> ranking(float... probabilities) {
    List<String> names = IntStream.range(0, probabilities.length).mapToObj(i -> "c" + i).toList();
    Classification classification = new Classification(names, probabilities, 0);
    List<Integer> sorted =
        classification.ranking().stream().map(Classification.Candidate::index).toList();
    assertThat(classification.best().index()).isEqualTo(sorted.get(0));
    return sorted;
  }

  @Test
  void aProbabilityThatIsNotANumberIsLast() {
    float nan = Float.NaN;
    assertThat(ranking(nan, 0.2f, 0, 0.8f, nan)).containsExactly(3, 1, 2, 0, 4);
    assertThat(ranking(nan, Float.MIN_VALUE)).containsExactly(1, 0);
    float[] many = new float[100]; // sorted in another way
    Arrays.fill(many, nan);
    many[70] = 1;
    assertThat(ranking(many)).startsWith(70, 0, 1).hasSize(100);
  }
}
