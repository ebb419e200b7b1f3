package org.kgcoop.verify;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.kgcoop.EnumIds;
import org.kgcoop.eval.Calibration;
import org.kgcoop.eval.JointEvaluation;
import org.kgcoop.eval.LabelNoise;
import org.kgcoop.eval.ProbabilityMetrics;
import org.kgcoop.eval.Temperature;
import org.kgcoop.similarity.NearDuplicates;

/** The cases of measures that are functions of only logits, scores or features. */
final class TrustCases {
  private static final double ROUNDING = 1e-9;

  private TrustCases() {}

  static void joint(Case c) {
    double[][] base = c.rows("base_logits");
    JointEvaluation joint = new JointEvaluation(c.integer("base_classes"), base[0].length);
    add(joint, base, c.ints("base_labels"));
    add(joint, c.rows("new_logits"), c.ints("new_labels"));
    Case expected = c.expect();
    expected.compare("joint", joint.joint());
    expected.compare("base", joint.base());
    expected.compare("new", joint.newAccuracy());
    for (JointEvaluation.Score score : JointEvaluation.Score.values()) {
      String name = score.name().toLowerCase(Locale.ROOT);
      expected.at("auroc").compare(name, joint.auroc(score));
      expected.at("openworld_auc").compare(name, joint.openworldAuc(score));
    }
  }

  private static void add(JointEvaluation joint, double[][] logits, int[] labels) {
    for (int i = 0; i < labels.length; i++) {
      joint.add(logits[i], labels[i]);
    }
  }

  static void calibration(Case c) {
    ProbabilityMetrics metrics =
        ProbabilityMetrics.of(c.rows("logits"), c.ints("labels"), c.integer("bins"));
    Case expected = c.expect();
    expected.compare("accuracy", metrics.accuracy());
    expected.compare("expected_calibration_error", metrics.expectedCalibrationError());
    expected.compare("equal_mass_calibration_error", metrics.equalMassCalibrationError());
    expected.compare("brier", metrics.brier());
    expected.compare("negative_log_likelihood", metrics.negativeLogLikelihood());
  }

  static void temperature(Case c) {
    double[] bounds = c.numbers("bounds");
    Temperature found =
        Temperature.fit(
            c.rows("logits"), c.ints("labels"), bounds[0], bounds[1], c.number("smoothing"));
    Case expected = c.expect();
    expected.compare("temperature", found.temperature());
    expected.equal("bound", found.bound() == null ? null : EnumIds.id(found.bound()));
    expected.compare("before", found.before());
    expected.compare("after", found.after());
  }

  static void threshold(Case c) {
    double[] scores = c.numbers("scores");
    double keep = c.number("keep");
    Calibration.Rejection threshold =
        Calibration.Rejection.of(scores, keep, c.number("confidence"));
    Case expected = c.expect();
    expected.equal("rank", Math.round((1 - threshold.keeps()) * (scores.length + 1)));
    expected.equal("enough", threshold.keeps() >= keep);
    expected.compare("threshold", threshold.threshold());
    expected.compare("kept_at_least", threshold.keeps());
    expected.compare("kept_interval", new double[] {threshold.low(), threshold.high()});
  }

  /**
   * Checks the model of wrong labels against the margins of the reference. The other numbers of
   * such a case belong to confident learning, which kgcoop does not use. In both, an image whose
   * label is its most probable class (a margin of at least 0.5) is no better a candidate than the
   * average: its label is wrong with at most the probability r of all labels.
   */
  static void suspects(Case c) {
    LabelNoise noise = LabelNoise.fit(c.rows("probabilities"), c.ints("labels"));
    double[] margins = c.expect().numbers("normalized_margin");
    if (margins.length != noise.wrong().size()) {
      c.comparison()
          .problem(
              "normalized_margin: expected %s numbers, got %s"
                  .formatted(noise.wrong().size(), margins.length));
      return;
    }
    List<Integer> contradicted =
        IntStream.range(0, margins.length)
            .filter(i -> margins[i] >= 0.5 && noise.wrong().get(i) > noise.rate() + ROUNDING)
            .boxed()
            .toList();
    if (!contradicted.isEmpty()) {
      c.comparison()
          .problem(
              "the labels of the images %s are most probable, but also more often wrong than %s"
                  .formatted(contradicted, noise.rate()));
    }
  }

  static void duplicates(Case c) {
    NearDuplicates found =
        NearDuplicates.of(
            List.of(c.tensor("features").toRows()), c.number("factor"), c.integer("neighbours"));
    c.expect().compare("median", found.median());
    c.expect()
        .equal(
            "pairs",
            found.pairs().stream().map(pair -> List.of(pair.first(), pair.second())).toList());
  }
}
