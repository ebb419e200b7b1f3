package org.kgcoop.eval;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/** Metrics over several evaluations. */
public final class Metrics {

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
}
