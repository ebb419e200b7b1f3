package org.kgcoop.eval;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.util.Arrays;
import java.util.function.IntPredicate;
import org.apache.commons.numbers.combinatorics.LogBinomialCoefficient;
import org.apache.commons.statistics.distribution.BetaDistribution;

/** The two ends of an interval of confidence, in the unit of what they enclose. */
@JsonFormat(shape = JsonFormat.Shape.ARRAY)
public record Interval(double low, double high) {
  private static final double TIE = 1e-12;

  /** Fractions up to this one are zero. */
  private static final double NONE = 1e-9;

  /**
   * Returns the exact limits of a share, from a random sample (Clopper and Pearson, Biometrika
   * 1934). The numbers may be fractions, as effective numbers of images that occur in groups are.
   *
   * @param right the number of successes, from 0 to {@code trials}
   * @param trials the size of the sample, at least 1
   * @param confidence the confidence level, between 0 and 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public static Interval ofShare(double right, double trials, double confidence) {
    if (!(trials >= 1) || !(right >= 0) || right > trials || !(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException(
          "limits: expected 0 to n of n >= 1 and a confidence between 0 and 1, got %s of %s and %s"
              .formatted(right, trials, confidence));
    }
    double tail = (1 - confidence) / 2;
    return new Interval(
        right <= NONE
            ? 0
            : BetaDistribution.of(right, trials - right + 1).inverseCumulativeProbability(tail),
        trials - right <= NONE
            ? 1
            : BetaDistribution.of(right + 1, trials - right).inverseSurvivalProbability(tail));
  }

  /**
   * Returns the exact limits of the number of wrong images among R images, of which n were drawn at
   * random without replacement: two whole numbers from {@code wrong} to R. They contain each number
   * D that neither tail of the test rejects: {@code P(X <= wrong) > alpha / 2} and {@code P(X >=
   * wrong) > alpha / 2}, X hypergeometric(R, D, n). Without a sample, they are 0 and R. Clopper and
   * Pearson, Biometrika 1934; for a finite population Buonaccorsi, The American Statistician 1987.
   *
   * @param wrong the number of wrong images in the sample, from 0 to n
   * @param sample n, from 0 to R
   * @param population R, at least 0
   * @param confidence the confidence level, between 0 and 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public static Interval ofCount(int wrong, int sample, int population, double confidence) {
    if (wrong < 0 || wrong > sample || sample > population || !(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException(
          "limits: expected 0 <= wrong <= sample <= population, got %s, %s, %s"
              .formatted(wrong, sample, population));
    }
    if (sample == 0) {
      return new Interval(0, population);
    }
    double tail = (1 - confidence) / 2 - TIE; // keeps numbers with exactly this probability
    int most = population - (sample - wrong); // the right ones of the sample are not wrong
    // The lower tail falls and the upper tail rises with D.
    return new Interval(
        least(wrong, most, d -> 1 - atMost(wrong - 1, d, sample, population) > tail),
        least(wrong, most, d -> atMost(wrong, d + 1, sample, population) <= tail));
  }

  /** Returns the least number from which on a condition holds; at most {@code to}. */
  private static int least(int from, int to, IntPredicate holds) {
    int low = from;
    for (int high = to; low < high; ) {
      int middle = (low + high) >>> 1;
      if (holds.test(middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Returns P(X &lt;= x) for D wrong images in the population. */
  private static double atMost(int x, int d, int sample, int population) {
    double all = logChoose(population, sample);
    double sum = 0;
    for (int i = Math.max(0, sample - (population - d));
        i <= Math.min(x, Math.min(d, sample));
        i++) {
      sum += StrictMath.exp(logChoose(d, i) + logChoose(population - d, sample - i) - all);
    }
    return sum;
  }

  private static double logChoose(int n, int k) {
    return LogBinomialCoefficient.value(n, k);
  }

  /**
   * Returns the middle 95 % of resampled values, in any order. The ends lie between two values.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static Interval ofResamples(double[] values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("values: expected some, got none");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Interval(quantile(sorted, 0.025), quantile(sorted, 0.975));
  }

  private static double quantile(double[] sorted, double part) {
    double position = part * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }

  /** Returns true if a difference with this interval is significant. */
  public boolean excludesZero() {
    return low > 0 || high < 0;
  }
}
