package org.kgcoop.bench;

import java.util.Arrays;
import java.util.Random;
import org.kgcoop.eval.ProbabilityMetrics;
import org.kgcoop.eval.Softmax;

/** Calibration errors of logits, and what a perfectly calibrated classifier would have. */
final class CalibrationErrors {
  private static final int DRAWS = 100; // of labels, for the floor

  private CalibrationErrors() {}

  /**
   * Returns the expected calibration error of softmax(factor x logits); NaN without images.
   *
   * @param logits (N, C)
   * @param labels (N)
   */
  static double of(double[][] logits, int[] labels, double factor) {
    if (labels.length == 0) {
      return Double.NaN;
    }
    double[][] scaled =
        Arrays.stream(logits)
            .map(row -> Arrays.stream(row).map(logit -> factor * logit).toArray())
            .toArray(double[][]::new);
    return ProbabilityMetrics.of(scaled, labels, ProbabilityMetrics.BINS)
        .expectedCalibrationError();
  }

  /**
   * Returns the mean calibration error if the labels are drawn from the probabilities. A prediction
   * is then right with its own probability.
   */
  static double floor(double[][] logits, long seed) {
    double[] largest = largest(logits);
    int[] predicted = new int[largest.length]; // 0, and a wrong label is 1
    Random random = new Random(seed);
    double sum = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
      int[] labels =
          Arrays.stream(largest).mapToInt(each -> random.nextDouble() < each ? 0 : 1).toArray();
      sum +=
          ProbabilityMetrics.expectedCalibrationError(
              labels, predicted, largest, ProbabilityMetrics.BINS);
    }
    return sum / DRAWS;
  }

  /** Returns the largest probability of each image. */
  static double[] largest(double[][] logits) {
    return Arrays.stream(logits)
        .mapToDouble(row -> Arrays.stream(Softmax.probabilities(row, 1)).max().orElse(0))
        .toArray();
  }

  /** Returns the share of images whose largest probability reaches a threshold; NaN for none. */
  static double accepted(double[][] logits, double threshold) {
    return Arrays.stream(largest(logits))
        .map(largest -> largest >= threshold ? 1 : 0)
        .average()
        .orElse(Double.NaN);
  }
}
