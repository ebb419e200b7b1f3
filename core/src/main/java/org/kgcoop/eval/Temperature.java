package org.kgcoop.eval;

import java.util.Arrays;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The temperature T that minimizes the negative log-likelihood of softmax(logits / T) (Guo et al.,
 * ICML 2017). It changes no prediction. Fit it on logits of images that the classifier was not
 * trained on.
 *
 * @param temperature the minimum, or the bound that it ran into
 * @param bound the bound that was reached, or null; at a bound the images do not determine T
 * @param before the negative log-likelihood at T = 1
 * @param after the negative log-likelihood at {@code temperature}
 */
public record Temperature(double temperature, @Nullable Bound bound, double before, double after) {

  /**
   * The lowest temperature that {@link #fit(double[][], int[])} returns. The logits of a strongly
   * regularized linear probe are often 50 times too small.
   */
  public static final double LOWEST = 0.001;

  /**
   * The highest temperature that {@link #fit(double[][], int[])} returns. Gaussian log-densities of
   * a few images are often 20 times too large.
   */
  public static final double HIGHEST = 1000;

  private static final double PRECISION = 1e-13;
  private static final int STEPS = 200;

  /** The end of the range that contains the minimum. */
  public enum Bound {
    /** All images are right: the likelihood grows as T falls. */
    LOWER,
    /** The logits are no better than chance. */
    UPPER
  }

  /**
   * Fits T between {@link #LOWEST} and {@link #HIGHEST}. If all images are right, the likelihood
   * has no minimum. T is then fitted with one additional image of unknown label: targets are
   * smoothed by 1 / (n + 1), as Platt (1999) smooths those of two classes.
   */
  public static Temperature fit(double[][] logits, int[] labels) {
    Temperature plain = fit(logits, labels, LOWEST, HIGHEST, 0);
    return plain.bound() == Bound.LOWER
        ? fit(logits, labels, LOWEST, HIGHEST, 1.0 / (labels.length + 1))
        : plain;
  }

  /**
   * Finds the T from {@link #LOWEST} to {@link #HIGHEST} at which the mean of the largest
   * probabilities equals the accuracy (expectation consistency, Clarté et al., UAI 2023). The mean
   * falls as T grows. Confident mistakes raise this T less than that of the likelihood.
   *
   * <p>The accuracy includes one more image of unknown label: (right + 1 / C) / (M + 1). Without
   * it, a few images that are all right would make every answer certain.
   *
   * @param logits (M, C)
   * @param labels (M), each from 0 to C - 1
   * @param more the number of images for which T = 1 counts as right, at least 0: a few images
   *     determine the accuracy so badly that the scale of a pretrained model is the better estimate
   * @return T, or empty if no T in this range gives the accuracy: it is at chance level, or many
   *     images have two equal largest logits
   */
  public static OptionalDouble ofAccuracy(double[][] logits, int[] labels, int more) {
    ProbabilityMetrics.checkRows(logits, labels);
    double right = 1.0 / logits[0].length + more * confidence(logits, 1);
    for (int i = 0; i < labels.length; i++) {
      right += Softmax.argMax(logits[i]) == labels[i] ? 1 : 0;
    }
    double accuracy = right / (labels.length + 1 + more);
    if (confidence(logits, HIGHEST) >= accuracy || confidence(logits, LOWEST) <= accuracy) {
      return OptionalDouble.empty();
    }
    double low = Math.log(LOWEST);
    double high = Math.log(HIGHEST);
    while (high - low > PRECISION) {
      double middle = (low + high) / 2;
      if (confidence(logits, Math.exp(middle)) > accuracy) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return OptionalDouble.of(Math.exp((low + high) / 2));
  }

  private static double confidence(double[][] logits, double temperature) {
    double[] largest =
        Arrays.stream(logits)
            .parallel()
            .mapToDouble(row -> Softmax.probability(row, Softmax.argMax(row), 1 / temperature))
            .toArray();
    // in order, so that the sum does not depend on the threads
    return Arrays.stream(largest).reduce(0, Double::sum) / logits.length;
  }

  /**
   * Fits T by Newton's method on u = 1 / T, in which the loss is convex, within a bracket.
   *
   * @param logits (M, C)
   * @param labels (M), each from 0 to C - 1
   * @param lowest the lowest temperature, above 0
   * @param highest the highest temperature
   * @param smoothing e: the target is (1 - e) times the label plus e / C for every class
   */
  public static Temperature fit(
      double[][] logits, int[] labels, double lowest, double highest, double smoothing) {
    ProbabilityMetrics.checkRows(logits, labels);
    if (!(lowest > 0 && lowest <= 1 && highest >= 1 && Double.isFinite(highest))) {
      throw new IllegalArgumentException(
          "temperature: expected bounds around 1, got %s and %s".formatted(lowest, highest));
    }
    double before = loss(logits, labels, 1);
    double low = 1 / highest;
    double high = 1 / lowest;
    if (slope(logits, labels, smoothing, high)[0] <= 0) {
      return new Temperature(lowest, Bound.LOWER, before, loss(logits, labels, high));
    }
    if (slope(logits, labels, smoothing, low)[0] >= 0) {
      return new Temperature(highest, Bound.UPPER, before, loss(logits, labels, low));
    }
    double u = 1;
    for (int step = 0; step < STEPS; step++) {
      double[] slope = slope(logits, labels, smoothing, u);
      if (slope[0] > 0) {
        high = u;
      } else {
        low = u;
      }
      double newton = u - slope[0] / slope[1];
      double next = newton > low && newton < high ? newton : (low + high) / 2;
      boolean converged = slope[0] == 0 || Math.abs(next - u) <= PRECISION * u;
      u = slope[0] == 0 ? u : next;
      if (converged) {
        break;
      }
    }
    return new Temperature(1 / u, null, before, loss(logits, labels, u));
  }

  /** Slope and curvature of the loss in u: mean of E_p[l] - E_target[l], mean of Var_p[l]. */
  private static double[] slope(double[][] logits, int[] labels, double smoothing, double u) {
    double first = 0;
    double second = 0;
    for (int i = 0; i < labels.length; i++) {
      double[] row = logits[i];
      double[] probabilities = Softmax.probabilities(row, u);
      double mean = 0;
      double plain = 0;
      for (int c = 0; c < row.length; c++) {
        mean += probabilities[c] * row[c];
        plain += row[c] / row.length;
      }
      double variance = 0;
      for (int c = 0; c < row.length; c++) {
        variance += probabilities[c] * (row[c] - mean) * (row[c] - mean);
      }
      first += mean - (1 - smoothing) * row[labels[i]] - smoothing * plain;
      second += variance;
    }
    return new double[] {first / labels.length, second / labels.length};
  }

  private static double loss(double[][] logits, int[] labels, double u) {
    double loss = 0;
    for (int i = 0; i < labels.length; i++) {
      double[] row = logits[i];
      loss += Softmax.logSumExp(row, 0, row.length, u) - u * row[labels[i]];
    }
    return loss / labels.length;
  }
}
