package org.kgcoop.eval;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * A threshold on a score below which an image counts as "none of these classes". It is the j-th
 * smallest score of n images of known classes that the classifier was not trained on, with j =
 * floor((1 - keep)(n + 1)). On average over samples, it accepts at least the share {@code keep} of
 * new images of the known classes, as in split conformal prediction (Vovk et al., 2005). The share
 * that one threshold accepts has the distribution Beta(n + 1 - j, j).
 *
 * @param threshold an image is accepted if its score is at least this
 * @param rank j, at least 1
 * @param images n
 * @param enough whether n is large enough for {@code keep}; if not, the share kept on average is
 *     only n / (n + 1)
 * @param expectedShare the share of new images of known classes that is kept on average, 1 - j / (n
 *     + 1)
 * @param shareInterval the interval of the share that this threshold keeps
 */
public record RejectionThreshold(
    double threshold,
    int rank,
    int images,
    boolean enough,
    double expectedShare,
    Interval shareInterval) {

  /** The default share of images of known classes to keep. */
  public static final double KEEP = 0.95;

  /**
   * Computes the threshold.
   *
   * @param scores one score per image of a known class; a higher score means "known"
   * @param keep the share of images of known classes to keep, between 0 and 1
   * @param confidence the level of the interval, between 0 and 1
   * @throws IllegalArgumentException if there is no score, or a number is out of range
   */
  public static RejectionThreshold of(double[] scores, double keep, double confidence) {
    if (scores.length == 0 || Arrays.stream(scores).anyMatch(s -> !Double.isFinite(s))) {
      throw new IllegalArgumentException("scores: expected one or more finite numbers");
    }
    if (!(keep > 0 && keep < 1 && confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException(
          "keep and confidence: expected between 0 and 1, got %s and %s"
              .formatted(keep, confidence));
    }
    double[] sorted = scores.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    // The small term corrects rounding: (1 - .95) x 20 is below 1 in binary.
    int wanted = (int) Math.floor((1 - keep) * (n + 1) + 1e-9);
    int rank = Math.max(1, wanted);
    double tail = (1 - confidence) / 2;
    BetaDistribution keptShare = BetaDistribution.of(n + 1.0 - rank, rank);
    return new RejectionThreshold(
        sorted[rank - 1],
        rank,
        n,
        wanted >= 1,
        1 - rank / (n + 1.0),
        new Interval(
            keptShare.inverseCumulativeProbability(tail),
            keptShare.inverseSurvivalProbability(tail)));
  }
}
