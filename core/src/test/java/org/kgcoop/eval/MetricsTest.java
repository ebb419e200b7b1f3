package org.kgcoop.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.data.ReferenceCases;

class MetricsTest {

  static Stream<JsonNode> harmonicMeanCases() {
    return ReferenceCases.ofKind("harmonic-mean");
  }

  @ParameterizedTest
  @MethodSource("harmonicMeanCases")
  void harmonicMeanEqualsTheReference(JsonNode reference) {
    assertThat(
            Metrics.harmonicMean(
                reference.path("base").doubleValue(), reference.path("new").doubleValue()))
        .isEqualTo(reference.path("expect").doubleValue(), within(1e-9));
  }

  @Test
  void theSpreadIsOverTheMeansOfSeedsWithoutMissingValues() {
    // Seed 1: 2 and 4, seed 2: 7.
    assertThat(
            Metrics.overSeeds(
                List.of("1 2.0", "2 7.0", "1 4.0", "2 NaN"),
                run -> run.substring(0, 1),
                run -> List.of(Double.valueOf(run.substring(2)))))
        .isEqualTo(new Metrics.Spread(5, 2));
    assertThat(Metrics.mean(List.of())).isNaN();
    assertThat(Metrics.spread(List.of(Double.NaN)).standardDeviation()).isNaN();
  }

  @Test
  void spreadDividesByTheCount() {
    // mean 4, squares 4 + 0 + 4, divided by 3
    assertThat(Metrics.spread(List.of(2.0, 4.0, 6.0)))
        .isEqualTo(new Metrics.Spread(4, Math.sqrt(8 / 3.0)));
    assertThat(Metrics.spread(List.of(5.0))).isEqualTo(new Metrics.Spread(5, 0));
  }

  @Test
  void calibrationErrorIsTheWeightedGap() {
    // Bin (0, 0.5]: confidences 0.5 and 0.3, one of two correct: gap 0.1. Bin (0.5, 1]: confidence
    // 0.9, correct: gap 0.1. The weights are the numbers of images.
    double error =
        ProbabilityMetrics.expectedCalibrationError(
            new int[] {0, 1, 2}, new int[] {0, 0, 2}, new double[] {0.5, 0.3, 0.9}, 2);

    assertThat(error).isEqualTo(2 / 3.0 * 0.1 + 1 / 3.0 * 0.1, within(1e-12));
  }

  @Test
  void calibrationBinsIncludeTheirUpperEdge() {
    // 0.3 is in (0.2, 0.3] and 0.35 in (0.3, 0.4]: gaps 0.3 (wrong) and 0.65 (right). In one bin
    // they would nearly cancel: |1 - 0.65| / 2.
    double error =
        ProbabilityMetrics.expectedCalibrationError(
            new int[] {0, 1}, new int[] {1, 1}, new double[] {0.3, 0.35}, 10);

    assertThat(error).isEqualTo((0.3 + 0.65) / 2, within(1e-12));
  }

  @Test
  void confidenceMayExceedOneByRoundingOnly() {
    int[] label = {0};
    assertThat(
            ProbabilityMetrics.expectedCalibrationError(label, label, new double[] {1.0000001}, 10))
        .isEqualTo(0, within(1e-6));
    assertThatThrownBy(
            () -> ProbabilityMetrics.expectedCalibrationError(label, label, new double[] {1.1}, 10))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
