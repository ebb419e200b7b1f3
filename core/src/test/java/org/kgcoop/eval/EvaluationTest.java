package org.kgcoop.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.data.ReferenceCases;

class EvaluationTest {

  private static final Offset<Double> EXACT = within(1e-9);

  static Stream<JsonNode> metricsCases() {
    return ReferenceCases.ofKind("metrics");
  }

  @ParameterizedTest
  @MethodSource("metricsCases")
  void equalsTheReference(JsonNode reference) {
    int[] labels = integers(reference.path("labels"));
    int[] predictions = integers(reference.path("predictions"));
    Evaluation evaluation =
        Evaluation.of(labels, predictions, reference.path("classes").intValue());
    JsonNode expected = reference.path("expect");

    assertThat(evaluation.accuracy()).isEqualTo(expected.path("accuracy").doubleValue(), EXACT);
    assertThat(evaluation.errorRate()).isEqualTo(expected.path("error_rate").doubleValue(), EXACT);
    assertThat(evaluation.macroF1()).isEqualTo(expected.path("macro_f1").doubleValue(), EXACT);
    assertThat(evaluation.perClassAccuracy())
        .usingComparatorForType(Double::compare, Double.class)
        .zipSatisfy(
            ReferenceCases.numbers(expected.path("per_class_accuracy")),
            (actual, wanted) -> assertThat(actual).isEqualTo(wanted, EXACT));
    assertThat(evaluation.meanPerClassAccuracy())
        .isEqualTo(expected.path("mean_per_class_accuracy").doubleValue(), EXACT);
    double[] confidences =
        ReferenceCases.numbers(reference.path("confidences")).stream()
            .mapToDouble(Double::doubleValue)
            .toArray();
    assertThat(
            ProbabilityMetrics.expectedCalibrationError(
                labels, predictions, confidences, reference.path("bins").intValue()))
        .isEqualTo(expected.path("expected_calibration_error").doubleValue(), EXACT);
  }

  @Test
  void countsByHand() {
    // Label 0 three times (hit twice), label 1 once (missed), label 2 never.
    Evaluation evaluation = Evaluation.of(new int[] {0, 0, 0, 1}, new int[] {0, 0, 1, 2}, 3);

    assertThat(evaluation.confusion())
        .containsExactly(List.of(2L, 1L, 0L), List.of(0L, 0L, 1L), List.of(0L, 0L, 0L));
    assertThat(evaluation.correct()).isEqualTo(2);
    assertThat(evaluation.total()).isEqualTo(4);
    assertThat(evaluation.accuracy()).isEqualTo(50);
    assertThat(evaluation.errorRate()).isEqualTo(50);
    assertThat(evaluation.perClassAccuracy()).containsExactly(100.0 * 2 / 3, 0.0, Double.NaN);
    assertThat(evaluation.meanPerClassAccuracy()).isEqualTo(100.0 / 3, EXACT);
    // F1 of label 0: 2 * 2 / (3 + 2) = 0.8; of label 1: 0; label 2 does not occur.
    assertThat(evaluation.macroF1()).isEqualTo(40, EXACT);
  }

  @Test
  void countsNoImages() {
    Evaluation nothing = Evaluation.of(new int[0], new int[0], 2);

    assertThat(nothing.accuracy()).isZero();
    assertThat(nothing.macroF1()).isZero();
    assertThat(nothing.meanPerClassAccuracy()).isZero();
  }

  @Test
  void refusesLabelsOutsideTheClasses() {
    assertThatThrownBy(() -> Evaluation.of(new int[] {3}, new int[] {0}, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("label: expected 0 to 2, got 3");
    assertThatThrownBy(() -> Evaluation.of(new int[] {0, 1}, new int[] {0}, 3))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static int[] integers(JsonNode array) {
    return ReferenceCases.integers(array).stream().mapToInt(Integer::intValue).toArray();
  }
}
