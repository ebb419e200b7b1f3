package org.kgcoop.eval;

import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * The exact confidence limits of a share, from a random sample (Clopper and Pearson, Biometrika
 * 1934).
 *
 * @param low the lower limit, from 0 to 1
 * @param high the upper limit, from 0 to 1
 */
public record BinomialLimits(double low, double high) {

  /**
   * Computes the limits.
   *
   * @param right the number of successes, from 0 to {@code trials}
   * @param trials the size of the sample, at least 1
   * @param confidence the confidence level, between 0 and 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public static BinomialLimits of(int right, int trials, double confidence) {
    if (trials < 1 || right < 0 || right > trials || !(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException(
          "limits: expected 0 to n of n >= 1 and a confidence between 0 and 1, got %s of %s and %s"
              .formatted(right, trials, confidence));
    }
    double tail = (1 - confidence) / 2;
    return new BinomialLimits(
        right == 0
            ? 0
            : BetaDistribution.of(right, trials - right + 1.0).inverseCumulativeProbability(tail),
        right == trials
            ? 1
            : BetaDistribution.of(right + 1.0, trials - right).inverseSurvivalProbability(tail));
  }
}
