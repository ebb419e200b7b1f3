package org.kgcoop.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.kgcoop.eval.Calibration;
import org.kgcoop.eval.JointEvaluation;
import org.kgcoop.eval.NearDuplicates;
import org.kgcoop.eval.ProbabilityMetrics;
import org.kgcoop.eval.Temperature;

/** The cases of measures that are functions of only logits, scores or features. */
final class TrustCases {
  private TrustCases() {}

  static void joint(ReferenceCase c) {
    double[][] base = matrix(c, "base_logits");
    double[][] fresh = matrix(c, "new_logits");
    JointEvaluation joint = new JointEvaluation(c.whole("base_classes"), base[0].length);
    add(joint, base, c.ints("base_labels"));
    add(joint, fresh, c.ints("new_labels"));
    ReferenceCase expected = c.expect();
    expected.value("joint", joint.joint());
    expected.value("base", joint.base());
    expected.value("new", joint.newAccuracy());
    for (JointEvaluation.Score score : JointEvaluation.Score.values()) {
      String name = score.name().toLowerCase(Locale.ROOT);
      expected.at("auroc").value(name, joint.auroc(score));
      expected.at("openworld_auc").value(name, joint.openworldAuc(score));
    }
  }

  private static void add(JointEvaluation joint, double[][] logits, int[] labels) {
    for (int i = 0; i < labels.length; i++) {
      joint.add(logits[i], labels[i]);
    }
  }

  static void calibration(ReferenceCase c) {
    ProbabilityMetrics metrics =
        ProbabilityMetrics.of(matrix(c, "logits"), c.ints("labels"), c.whole("bins"));
    ReferenceCase expected = c.expect();
    expected.value("accuracy", metrics.accuracy());
    expected.value("expected_calibration_error", metrics.expectedCalibrationError());
    expected.value("equal_mass_calibration_error", metrics.equalMassCalibrationError());
    expected.value("brier", metrics.brier());
    expected.value("negative_log_likelihood", metrics.negativeLogLikelihood());
  }

  static void temperature(ReferenceCase c) {
    double[] bounds = c.doubles("bounds");
    Temperature temperature =
        Temperature.fit(
            matrix(c, "logits"), c.ints("labels"), bounds[0], bounds[1], c.number("smoothing"));
    ReferenceCase expected = c.expect();
    expected.value("temperature", temperature.temperature());
    Temperature.Bound bound = temperature.bound();
    c.comparison()
        .equal(
            "bound",
            bound == null ? "null" : bound.name().toLowerCase(Locale.ROOT),
            expected.path("bound").asText("null"));
    expected.value("before", temperature.before());
    expected.value("after", temperature.after());
  }

  static void threshold(ReferenceCase c) {
    double[] scores = c.stored("scores");
    double keep = c.number("keep");
    Calibration.Rejection threshold =
        Calibration.Rejection.of(scores, keep, c.number("confidence"));
    ReferenceCase expected = c.expect();
    expected.count("rank", Math.round((1 - threshold.keeps()) * (scores.length + 1)));
    c.comparison().equal("enough", threshold.keeps() >= keep, expected.path("enough").asBoolean());
    expected.value("threshold", threshold.threshold());
    expected.value("kept_at_least", threshold.keeps());
    expected.numbers("kept_interval", threshold.low(), threshold.high());
  }

  static void suspects(ReferenceCase c) {
    LabelSuspects suspects = new LabelSuspects(matrix(c, "probabilities"), c.ints("labels"));
    ReferenceCase expected = c.expect();
    expected.numbers("thresholds", suspects.thresholds());
    suspects(suspects, LabelSuspects.Rule.CONFIDENT, expected);
    suspects(suspects, LabelSuspects.Rule.ALL, expected.at("all"));
    expected.rows("joint_distribution", ReferenceCase.flat(suspects.jointDistribution()));
    expected.stored("self_confidence", suspects.selfConfidence());
    expected.stored("normalized_margin", suspects.normalizedMargin());
    expected.integers("order", suspects.order());
  }

  private static void suspects(
      LabelSuspects suspects, LabelSuspects.Rule rule, ReferenceCase expected) {
    expected.pairs(
        "confident_joint",
        Arrays.stream(suspects.confidentJoint(rule))
            .map(row -> Arrays.stream(row).mapToObj(Math::toIntExact).toList())
            .toList());
    expected.integers("suspects", suspects.suspects(rule));
    expected.integers("suspects_predicted_otherwise", suspects.suspectsPredictedOtherwise(rule));
  }

  static void duplicates(ReferenceCase c) {
    List<float[]> rows = new ArrayList<>();
    for (double[] feature : matrix(c, "features")) {
      float[] row = new float[feature.length];
      for (int k = 0; k < row.length; k++) {
        row[k] = (float) feature[k];
      }
      rows.add(row);
    }
    NearDuplicates found = NearDuplicates.of(rows, c.number("factor"), c.whole("neighbours"));
    c.expect().value("median", found.median());
    c.expect()
        .pairs(
            "pairs",
            found.pairs().stream().map(pair -> List.of(pair.first(), pair.second())).toList());
  }

  private static double[][] matrix(ReferenceCase c, String key) {
    double[] values = c.stored(key);
    int columns = Math.toIntExact(c.folder().tensor(c.text(key)).shape()[1]);
    return IntStream.range(0, values.length / columns)
        .mapToObj(row -> Arrays.copyOfRange(values, row * columns, (row + 1) * columns))
        .toArray(double[][]::new);
  }
}
