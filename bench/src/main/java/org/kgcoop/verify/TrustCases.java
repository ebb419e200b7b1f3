package org.kgcoop.verify;

import static org.kgcoop.verify.ReferenceFolder.doubles;
import static org.kgcoop.verify.ReferenceFolder.integers;
import static org.kgcoop.verify.ReferenceFolder.ints;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.kgcoop.eval.Calibration;
import org.kgcoop.eval.JointEvaluation;
import org.kgcoop.eval.NearDuplicates;
import org.kgcoop.eval.ProbabilityMetrics;
import org.kgcoop.eval.Temperature;
import org.kgcoop.io.StoredTensor;

/** The cases of measures that are functions of only logits, scores or features. */
final class TrustCases {
  private TrustCases() {}

  static void joint(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    double[][] base = matrix(folder, c, "base_logits");
    double[][] fresh = matrix(folder, c, "new_logits");
    JointEvaluation joint = new JointEvaluation(c.path("base_classes").asInt(), base[0].length);
    add(joint, base, ints(c.path("base_labels")));
    add(joint, fresh, ints(c.path("new_labels")));
    JsonNode expected = c.path("expect");
    comparison.value("joint", joint.joint(), expected.path("joint").asDouble());
    comparison.value("base", joint.base(), expected.path("base").asDouble());
    comparison.value("new", joint.newAccuracy(), expected.path("new").asDouble());
    for (JointEvaluation.Score score : JointEvaluation.Score.values()) {
      String name = score.name().toLowerCase(Locale.ROOT);
      comparison.value(
          "AUROC by " + name, joint.auroc(score), expected.path("auroc").path(name).asDouble());
      comparison.value(
          "OpenworldAUC by " + name,
          joint.openworldAuc(score),
          expected.path("openworld_auc").path(name).asDouble());
    }
  }

  private static void add(JointEvaluation joint, double[][] logits, int[] labels) {
    for (int i = 0; i < labels.length; i++) {
      joint.add(logits[i], labels[i]);
    }
  }

  static void calibration(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    ProbabilityMetrics metrics =
        ProbabilityMetrics.of(
            matrix(folder, c, "logits"), ints(c.path("labels")), c.path("bins").asInt());
    JsonNode expected = c.path("expect");
    comparison.value("accuracy", metrics.accuracy(), expected.path("accuracy").asDouble());
    comparison.value(
        "expected calibration error",
        metrics.expectedCalibrationError(),
        expected.path("expected_calibration_error").asDouble());
    comparison.value(
        "equal-mass calibration error",
        metrics.equalMassCalibrationError(),
        expected.path("equal_mass_calibration_error").asDouble());
    comparison.value("Brier score", metrics.brier(), expected.path("brier").asDouble());
    comparison.value(
        "negative log-likelihood",
        metrics.negativeLogLikelihood(),
        expected.path("negative_log_likelihood").asDouble());
  }

  static void temperature(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    Temperature temperature =
        Temperature.fit(
            matrix(folder, c, "logits"),
            ints(c.path("labels")),
            c.path("bounds").path(0).asDouble(),
            c.path("bounds").path(1).asDouble(),
            c.path("smoothing").asDouble());
    JsonNode expected = c.path("expect");
    comparison.value(
        "temperature", temperature.temperature(), expected.path("temperature").asDouble());
    Temperature.Bound bound = temperature.bound();
    comparison.equal(
        "bound",
        bound == null ? "null" : bound.name().toLowerCase(Locale.ROOT),
        expected.path("bound").asText("null"));
    comparison.value("before", temperature.before(), expected.path("before").asDouble());
    comparison.value("after", temperature.after(), expected.path("after").asDouble());
  }

  static void threshold(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    double[] scores = vector(folder, c, "scores");
    double keep = c.path("keep").asDouble();
    Calibration.Rejection threshold =
        Calibration.Rejection.of(scores, keep, c.path("confidence").asDouble());
    JsonNode expected = c.path("expect");
    long rank = Math.round((1 - threshold.keeps()) * (scores.length + 1));
    comparison.equal("rank", rank, expected.path("rank").asLong());
    comparison.equal("enough", threshold.keeps() >= keep, expected.path("enough").asBoolean());
    comparison.value("threshold", threshold.threshold(), expected.path("threshold").asDouble());
    comparison.value("kept at least", threshold.keeps(), expected.path("kept_at_least").asDouble());
    comparison.numbers(
        "interval of the share kept",
        new double[] {threshold.low(), threshold.high()},
        doubles(expected.path("kept_interval")));
  }

  static void suspects(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    LabelSuspects suspects =
        new LabelSuspects(matrix(folder, c, "probabilities"), ints(c.path("labels")));
    JsonNode expected = c.path("expect");
    comparison.numbers("thresholds", suspects.thresholds(), doubles(expected.path("thresholds")));
    suspects(suspects, LabelSuspects.Rule.CONFIDENT, expected, comparison);
    suspects(suspects, LabelSuspects.Rule.ALL, expected.path("all"), comparison);
    comparison.numbers(
        "joint distribution",
        flat(suspects.jointDistribution()),
        flat(rows(expected.path("joint_distribution"))));
    comparison.numbers(
        "self-confidence", suspects.selfConfidence(), vector(folder, expected, "self_confidence"));
    comparison.numbers(
        "normalized margin",
        suspects.normalizedMargin(),
        vector(folder, expected, "normalized_margin"));
    comparison.equal("order", suspects.order(), integers(expected.path("order")));
  }

  private static void suspects(
      LabelSuspects suspects, LabelSuspects.Rule rule, JsonNode expected, Comparison comparison) {
    List<List<Long>> joint =
        Arrays.stream(suspects.confidentJoint(rule))
            .map(row -> Arrays.stream(row).boxed().toList())
            .toList();
    List<List<Long>> expectedJoint =
        Arrays.stream(rows(expected.path("confident_joint")))
            .map(row -> Arrays.stream(row).mapToObj(v -> (long) v).toList())
            .toList();
    comparison.equal("confident joint", joint, expectedJoint);
    comparison.equal("suspects", suspects.suspects(rule), integers(expected.path("suspects")));
    comparison.equal(
        "suspects that are predicted otherwise",
        suspects.suspectsPredictedOtherwise(rule),
        integers(expected.path("suspects_predicted_otherwise")));
  }

  static void duplicates(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    List<float[]> rows = new ArrayList<>();
    for (double[] feature : matrix(folder, c, "features")) {
      float[] row = new float[feature.length];
      for (int k = 0; k < row.length; k++) {
        row[k] = (float) feature[k];
      }
      rows.add(row);
    }
    NearDuplicates found =
        NearDuplicates.of(rows, c.path("factor").asDouble(), c.path("neighbours").asInt());
    JsonNode expected = c.path("expect");
    comparison.value("median", found.median(), expected.path("median").asDouble());
    comparison.equal(
        "pairs",
        found.pairs().stream().map(pair -> List.of(pair.first(), pair.second())).toList(),
        StreamSupport.stream(expected.path("pairs").spliterator(), false)
            .map(ReferenceFolder::integers)
            .toList());
  }

  private static double[][] rows(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .map(ReferenceFolder::doubles)
        .toArray(double[][]::new);
  }

  private static double[] flat(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }

  private static double[] vector(ReferenceFolder folder, JsonNode c, String key) {
    float[] values = folder.floats(c.path(key).asText());
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  private static double[][] matrix(ReferenceFolder folder, JsonNode c, String key) {
    StoredTensor tensor = folder.tensor(c.path(key).asText());
    double[] values = vector(folder, c, key);
    int columns = Math.toIntExact(tensor.shape()[1]);
    return IntStream.range(0, values.length / columns)
        .mapToObj(row -> Arrays.copyOfRange(values, row * columns, (row + 1) * columns))
        .toArray(double[][]::new);
  }
}
