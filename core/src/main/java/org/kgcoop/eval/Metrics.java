package org.kgcoop.eval;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/** Numbers about results that are more than counts of one evaluation. */
public final class Metrics {

  /** By how much a probability computed in float32 may exceed 1. */
  private static final double ROUNDING = 1e-5;

  private Metrics() {}

  /** The mean of several results and how far they lie from it; NaN of nothing. */
  public record Spread(double mean, double standardDeviation) {}

  /** H = 2bn / (b + n) of the accuracies on base and new classes; 0 where both are 0. */
  public static double harmonicMean(double base, double newAccuracy) {
    double sum = base + newAccuracy;
    return sum == 0 ? 0 : 2 * base * newAccuracy / sum;
  }

  /** The mean of the finite ones among the values; NaN where there is none. */
  public static double mean(Collection<Double> values) {
    return finite(values).average().orElse(Double.NaN);
  }

  /** The mean and the population standard deviation (divided by n) of the finite ones. */
  public static Spread spread(Collection<Double> values) {
    double mean = mean(values);
    double squares = finite(values).map(v -> (v - mean) * (v - mean)).sum();
    return new Spread(mean, Math.sqrt(squares / finite(values).count()));
  }

  /** The mean for each seed of its values, then the spread of these. */
  public static Spread overSeeds(Map<?, ? extends Collection<Double>> bySeed) {
    return spread(bySeed.values().stream().map(Metrics::mean).toList());
  }

  private static DoubleStream finite(Collection<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).filter(Double::isFinite);
  }

  /**
   * Pearson's correlation r = cov(x, y) / (sd(x) sd(y)); NaN for less than three points or where
   * one of the two does not vary.
   */
  public static double correlation(List<Double> x, List<Double> y) {
    if (x.size() < 3) {
      return Double.NaN;
    }
    Spread ofX = spread(x);
    Spread ofY = spread(y);
    List<Double> products = new ArrayList<>();
    for (int i = 0; i < x.size(); i++) {
      products.add((x.get(i) - ofX.mean()) * (y.get(i) - ofY.mean()));
    }
    double r = mean(products) / (ofX.standardDeviation() * ofY.standardDeviation());
    return Double.isFinite(r) ? Math.max(-1, Math.min(1, r)) : Double.NaN;
  }

  /** Half the width of the 95 % interval of the mean, {@code 1.96 std / sqrt(n)}, as published. */
  public static double interval95(List<Double> values) {
    return 1.96 * spread(values).standardDeviation() / Math.sqrt(values.size());
  }

  /**
   * The expected calibration error, a fraction: how far the confidence of predictions lies from
   * their accuracy, as a mean over bins (b/n, (b+1)/n] weighted by their images. A confidence of 0
   * is in no bin but counts as an image.
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

  static int bin(double confidence, int bins) {
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
