package org.kgcoop.eval;

import org.apache.commons.numbers.combinatorics.LogBinomialCoefficient;

/**
 * The exact confidence limits of the number of wrong images among R images, of which n were drawn
 * at random without replacement. They contain each number D that neither tail of the test rejects:
 * {@code P(X <= wrong) > alpha / 2} and {@code P(X >= wrong) > alpha / 2}, X hypergeometric(R, D,
 * n). Clopper and Pearson, Biometrika 1934; for a finite population Buonaccorsi, The American
 * Statistician 1987.
 *
 * @param low the lower limit, from {@code wrong} to R
 * @param high the upper limit, from {@code low} to R
 */
public record HypergeometricLimits(int low, int high) {
  private static final double TIE = 1e-12;

  /**
   * Computes the limits. Without a sample, they are 0 and R.
   *
   * @param wrong the number of wrong images in the sample, from 0 to n
   * @param sample n, from 0 to R
   * @param population R, at least 0
   * @param confidence the confidence level, between 0 and 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public static HypergeometricLimits of(int wrong, int sample, int population, double confidence) {
    if (wrong < 0 || wrong > sample || sample > population || !(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException(
          "limits: expected 0 <= wrong <= sample <= population, got %s, %s, %s"
              .formatted(wrong, sample, population));
    }
    if (sample == 0) {
      return new HypergeometricLimits(0, population);
    }
    double tail = (1 - confidence) / 2 - TIE; // keeps numbers with exactly this probability
    int most = population - (sample - wrong); // the right ones of the sample are not wrong
    int low = wrong; // the lower tail falls and the upper tail rises with D
    for (int high = most; low < high; ) {
      int middle = (low + high) >>> 1;
      if (1 - atMost(wrong - 1, middle, sample, population) > tail) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    int high = most;
    for (int from = wrong; from < high; ) {
      int middle = (from + high + 1) >>> 1;
      if (atMost(wrong, middle, sample, population) > tail) {
        from = middle;
      } else {
        high = middle - 1;
      }
    }
    return new HypergeometricLimits(low, high);
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
}
