package org.kgcoop.eval;

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

  /** The lowest temperature that {@link #fit(double[][], int[])} returns. */
  public static final double LOWEST = 0.05;

  /**
   * The highest temperature that {@link #fit(double[][], int[])} returns. Gaussian log-densities of
   * a few images are often 20 times too large.
   */
  public static final double HIGHEST = 1000;

  private static final double PRECISION = 1e-13;
  private static final int STEPS = 200;

  /** Number of steps from {@link #LOWEST} to {@link #HIGHEST} in the search by the Brier score. */
  private static final int GRID = 40;

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
   * Finds the T from {@link #LOWEST} to {@link #HIGHEST} with the lowest Brier score, the mean over
   * images of {@code sum_c (p_c - [c = label])^2}. A confident mistake costs at most 2. It has no
   * limit in the likelihood, whose minimum therefore depends on a few images. If all images are
   * right, targets are smoothed as in {@link #fit(double[][], int[])}.
   *
   * @param logits (M, C)
   * @param labels (M), each from 0 to C - 1
   * @return T, or empty if the score falls up to {@link #HIGHEST}, because the logits are no better
   *     than chance
   */
  public static OptionalDouble ofBrierScore(double[][] logits, int[] labels) {
    ProbabilityMetrics.checkRows(logits, labels);
    double plain = ofBrierScore(logits, labels, 0);
    double found =
        plain <= LOWEST ? ofBrierScore(logits, labels, 1.0 / (labels.length + 1)) : plain;
    return found >= HIGHEST ? OptionalDouble.empty() : OptionalDouble.of(found);
  }

  /** Finds the best of a few temperatures, then the minimum between its neighbors by bisection. */
  private static double ofBrierScore(double[][] logits, int[] labels, double smoothing) {
    double lowest = Math.log(LOWEST);
    double width = (Math.log(HIGHEST) - lowest) / GRID;
    int best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i <= GRID; i++) {
      double score = brier(logits, labels, smoothing, Math.exp(-lowest - i * width))[0];
      if (score < least) {
        least = score;
        best = i;
      }
    }
    if (best == 0 || best == GRID) {
      return best == 0 ? LOWEST : HIGHEST;
    }
    double low = lowest + (best - 1) * width;
    double high = lowest + (best + 1) * width;
    while (high - low > PRECISION) {
      double middle = (low + high) / 2;
      // The slope in 1 / T has the opposite sign of the slope in T.
      if (brier(logits, labels, smoothing, Math.exp(-middle))[1] > 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return Math.exp((low + high) / 2);
  }

  /** Computes the Brier score and its slope in the scale 1 / T, except for a factor of 2. */
  private static double[] brier(double[][] logits, int[] labels, double smoothing, double scale) {
    double score = 0;
    double slope = 0;
    for (int i = 0; i < labels.length; i++) {
      double[] row = logits[i];
      double[] probabilities = Softmax.probabilities(row, scale);
      double mean = 0;
      for (int c = 0; c < row.length; c++) {
        mean += probabilities[c] * row[c];
      }
      for (int c = 0; c < row.length; c++) {
        double target = smoothing / row.length + (c == labels[i] ? 1 - smoothing : 0);
        double difference = probabilities[c] - target;
        score += difference * difference;
        slope += difference * probabilities[c] * (row[c] - mean);
      }
    }
    return new double[] {score / labels.length, slope};
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
