package org.kgcoop.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests of calibration, joint evaluation and thresholds. */
class TrustTest {

  /** Returns logits of three classes whose probabilities are exactly (.5, .25, .25) and so on. */
  private static double[] logits(double... probabilities) {
    return IntStream.range(0, probabilities.length)
        .mapToDouble(i -> Math.log(probabilities[i]))
        .toArray();
  }

  @Test
  void probabilityMetricsFollowTheirDefinitions() {
    double[][] logits = {logits(.5, .25, .25), logits(.2, .7, .1)};
    ProbabilityMetrics metrics = ProbabilityMetrics.of(logits, new int[] {0, 2}, 15);

    assertThat(metrics.accuracy()).isEqualTo(50);
    // (.5^2 + 2 x .25^2 + .2^2 + .7^2 + .9^2) / 2
    assertThat(metrics.brier()).isCloseTo((.25 + .125 + .04 + .49 + .81) / 2, within(1e-12));
    assertThat(metrics.negativeLogLikelihood())
        .isCloseTo(-(Math.log(.5) + Math.log(.1)) / 2, within(1e-12));
    // Each image has its own bin: |1 - .5| and |0 - .7|.
    assertThat(metrics.expectedCalibrationError()).isCloseTo((.5 + .7) / 2, within(1e-12));
    assertThat(metrics.equalMassCalibrationError()).isCloseTo((.5 + .7) / 2, within(1e-12));
  }

  @Test
  void theTemperatureIsTheMinimumOfTheLikelihood() {
    Random random = new Random(3);
    double[][] logits = new double[80][4];
    int[] labels = new int[80];
    for (int i = 0; i < 80; i++) {
      labels[i] = random.nextInt(4);
      for (int c = 0; c < 4; c++) {
        logits[i][c] = 6 * random.nextGaussian() + (c == labels[i] ? 6 : 0);
      }
    }
    Temperature found = Temperature.fit(logits, labels, 0.05, 20, 0);

    double best = likelihood(logits, labels, found.temperature());
    assertThat(found.bound()).isNull();
    assertThat(found.after()).isCloseTo(best, within(1e-12)).isLessThan(found.before());
    assertThat(likelihood(logits, labels, found.temperature() * 1.01)).isGreaterThan(best);
    assertThat(likelihood(logits, labels, found.temperature() / 1.01)).isGreaterThan(best);
  }

  private static double likelihood(double[][] logits, int[] labels, double temperature) {
    double[][] divided = new double[logits.length][];
    for (int i = 0; i < logits.length; i++) {
      divided[i] = Arrays.stream(logits[i]).map(l -> l / temperature).toArray();
    }
    return ProbabilityMetrics.of(divided, labels, 15).negativeLogLikelihood();
  }

  @Test
  void allImagesRightRunIntoTheLowerBoundUnlessTargetsAreSmoothed() {
    double[][] logits = {{3, 0}, {0, 2}, {5, 1}};
    int[] labels = {0, 1, 0};

    assertThat(Temperature.fit(logits, labels, 0.05, 20, 0).bound())
        .isEqualTo(Temperature.Bound.LOWER);
    assertThat(Temperature.fit(logits, labels).bound()).isNull();
  }

  @Test
  void theThresholdKeepsTheStatedShareOfNewImagesOnAverage() {
    Random random = new Random(5);
    int draws = 2000;
    double kept = 0;
    double covered = 0;
    for (int draw = 0; draw < draws; draw++) {
      double[] scores = random.doubles(40).toArray();
      Calibration.Rejection threshold = Calibration.Rejection.of(scores, 0.95, 0.95);
      // New scores are uniform too, so the share above a threshold t is 1 - t.
      double share = 1 - threshold.threshold();
      kept += share / draws;
      boolean inside = share >= threshold.low() && share <= threshold.high();
      // The interval is centered on the distribution of shares, which is the same for each draw.
      covered += inside ? 1.0 / draws : 0;
    }
    assertThat(kept).isBetween(0.945, 0.957);
    assertThat(covered).isBetween(0.93, 0.97);
  }

  @Test
  void reportsALowerGuaranteeForFewScores() {
    Calibration.Rejection threshold =
        Calibration.Rejection.of(new double[] {.4, .2, .9, .7}, 0.95, 0.95);

    assertThat(threshold.threshold()).isEqualTo(.2);
    assertThat(threshold.keeps()).isCloseTo(0.8, within(1e-12));
  }

  @Test
  void openworldAucCountsPairsThatAreRightAndInOrder() {
    // labels 0, 0: the second is wrong among base names
    double[][] base = {{4, 1, 0, 0}, {2, 3, 0, 0}};
    double[][] fresh = {{0, 0, 5, 1}, {3, 0, 1, 2}}; // labels 2, 3: both right among new names
    JointEvaluation joint = new JointEvaluation(2, 4);
    joint.add(base[0], 0);
    joint.add(base[1], 0);
    joint.add(fresh[0], 2);
    joint.add(fresh[1], 3);

    assertThat(joint.newAccuracy()).isEqualTo(50); // the second new image gets name 0
    // Maximum logits: base 4, 3; new 0, 3. Pairs in order: (4,0), (4,3), (3,0), half of (3,3).
    assertThat(joint.auroc(JointEvaluation.Score.MAXIMUM_LOGIT)).isEqualTo(3.5 / 4);
    assertThat(joint.openworldAuc(JointEvaluation.Score.MAXIMUM_LOGIT)).isEqualTo(2.0 / 4);
  }
}
