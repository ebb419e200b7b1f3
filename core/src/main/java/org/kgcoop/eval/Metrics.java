package org.kgcoop.eval;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/** Metrics over several evaluations, and calibration. */
public final class Metrics {

  /** The rounding error by which a probability computed in float32 may exceed 1. */
  private static final double ROUNDING = 1e-5;

  private Metrics() {}

  /** The mean and the standard deviation of several results; NaN if there are none. */
  public record Spread(double mean, @JsonProperty("std") double standardDeviation) {}

  /** Returns H = 2bn / (b + n) of the accuracies on base and new classes; 0 if both are 0. */
  public static double harmonicMean(double base, double newAccuracy) {
    double sum = base + newAccuracy;
    return sum == 0 ? 0 : 2 * base * newAccuracy / sum;
  }

  /** Returns the mean of the finite values; NaN if there are none. */
  public static double mean(Collection<Double> values) {
    return finite(values).average().orElse(Double.NaN);
  }

  /** Returns the mean and the population standard deviation (divided by n) of the finite values. */
  public static Spread spread(Collection<Double> values) {
    double mean = mean(values);
    double squares = finite(values).map(v -> (v - mean) * (v - mean)).sum();
    return new Spread(mean, Math.sqrt(squares / finite(values).count()));
  }

  /**
   * Averages the values of the runs of each seed, which may be of several data sets and evaluation
   * sets, and returns the spread of these means.
   */
  public static <T> Spread overSeeds(
      Collection<T> runs, Function<T, String> seed, Function<T, List<Double>> values) {
    Map<String, List<Double>> bySeed = new LinkedHashMap<>();
    for (T run : runs) {
      bySeed.computeIfAbsent(seed.apply(run), key -> new ArrayList<>()).addAll(values.apply(run));
    }
    return spread(bySeed.values().stream().map(Metrics::mean).toList());
  }

  private static DoubleStream finite(Collection<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).filter(Double::isFinite);
  }

  /**
   * Returns the expected calibration error, a fraction: the mean distance of confidence and
   * accuracy over the bins (b/n, (b+1)/n], weighted by their images. A confidence of 0 is in no bin
   * but counts as an image.
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
    // The edges are the rounded numbers b/n, which the product above may miss by one bit.
    if (bin >= 0 && confidence <= (double) bin / bins) {
      bin--;
    } else if (bin + 1 < bins && confidence > (bin + 1.0) / bins) {
      bin++;
    }
    return bin;
  }
}
