package org.kgcoop.eval;

import java.util.List;

/** Numbers about results that are more than counts of one evaluation. */
public final class Metrics {

  /** By how much a probability computed in float32 may exceed 1. */
  private static final double ROUNDING = 1e-5;

  private Metrics() {}

  /** The mean of several results and how far they lie from it. */
  public record Spread(double mean, double standardDeviation) {}

  /** H = 2bn / (b + n) of the accuracies on base and new classes; 0 where both are 0. */
  public static double harmonicMean(double base, double newAccuracy) {
    double sum = base + newAccuracy;
    return sum == 0 ? 0 : 2 * base * newAccuracy / sum;
  }

  /** The mean and the population standard deviation (divided by n), as of several seeds. */
  public static Spread spread(List<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("values: expected some, got none");
    }
    double mean = values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    return new Spread(mean, Math.sqrt(squares / values.size()));
  }

  /** Half the width of the 95 % interval of the mean, {@code 1.96 std / sqrt(n)}, as published. */
  public static double interval95(List<Double> values) {
    return 1.96 * spread(values).standardDeviation() / Math.sqrt(values.size());
  }

  /**
   * The expected calibration error, a fraction: how far the confidence of predictions lies from
   * their accuracy, as a mean over bins (b/n, (b+1)/n] weighted by their pictures. A confidence of
   * 0 is in no bin but counts as a picture.
   *
   * @param confidences the probability of each prediction, 0 to 1
   */
  public static double expectedCalibrationError(
      int[] labels, int[] predictions, double[] confidences, int bins) {
    if (labels.length != predictions.length || labels.length != confidences.length) {
      throw new IllegalArgumentException(
          "predictions and confidences: expected %s each, got %s and %s"
              .formatted(labels.length, predictions.length, confidences.length));
    }
    if (bins < 1) {
      throw new IllegalArgumentException("bins: expected 1 or more, got " + bins);
    }
    double[] correct = new double[bins];
    double[] confidence = new double[bins];
    for (int i = 0; i < labels.length; i++) {
      int bin = bin(confidences[i], bins);
      if (bin >= 0) {
        correct[bin] += labels[i] == predictions[i] ? 1 : 0;
        confidence[bin] += confidences[i];
      }
    }
    double error = 0;
    for (int bin = 0; bin < bins; bin++) {
      error += Math.abs(correct[bin] - confidence[bin]); // = count x |accuracy - confidence|
    }
    return labels.length == 0 ? 0 : error / labels.length;
  }

  private static int bin(double confidence, int bins) {
    if (!(confidence >= 0 && confidence <= 1 + ROUNDING)) {
      throw new IllegalArgumentException("confidence: expected 0 to 1, got " + confidence);
    }
    int bin = Math.min(bins, (int) Math.ceil(confidence * bins)) - 1;
    // The edges are the rounded numbers b/n, which the product above may miss by a bit.
    if (bin >= 0 && confidence <= (double) bin / bins) {
      bin--;
    } else if (bin + 1 < bins && confidence > (bin + 1.0) / bins) {
      bin++;
    }
    return bin;
  }
}
