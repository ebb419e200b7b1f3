package org.kgcoop.adapt;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.eval.Metrics;
import org.kgcoop.runs.AdaptRecord;

/**
 * The predictions of a method for images that it has not learned from, and the figure that they
 * make, in percent: the accuracy or, if classes were hidden too, the harmonic mean of the
 * accuracies on seen and on hidden classes, where all names compete.
 *
 * <p>Images that belong together are one unit: groups, or whole classes if classes were hidden. How
 * far a figure would move with other images follows from the units, never from single images.
 */
final class Score {
  /** The 97.5 % quantile of the standard normal distribution. */
  private static final double Z = 1.959964;

  /**
   * A held-out image.
   *
   * @param unit the name of the unit that it belongs to
   * @param unseen true if its class was hidden
   * @param weight 1 for an image, less for each of some near copies
   */
  record Asked(String unit, boolean unseen, double weight) {}

  private static final int SEEN = 0;
  private static final int UNSEEN = 1;

  private final double[][] right = new double[2][]; // by unit
  private final double[][] weight = new double[2][];
  private final int images;

  /**
   * The score of some answers.
   *
   * @param asked the images, the same for all scores that are compared
   * @param answers true for each that was recognized
   */
  Score(List<Asked> asked, List<Boolean> answers) {
    if (asked.size() != answers.size()) {
      throw new IllegalArgumentException(
          "answers: expected %s, got %s".formatted(asked.size(), answers.size()));
    }
    Map<String, Integer> units = new HashMap<>();
    asked.forEach(each -> units.computeIfAbsent(each.unit(), unit -> units.size()));
    for (int role = SEEN; role <= UNSEEN; role++) {
      right[role] = new double[units.size()];
      weight[role] = new double[units.size()];
    }
    for (int i = 0; i < asked.size(); i++) {
      Asked each = asked.get(i);
      int role = each.unseen() ? UNSEEN : SEEN;
      int unit = units.getOrDefault(each.unit(), 0);
      weight[role][unit] += each.weight();
      right[role][unit] += answers.get(i) ? each.weight() : 0;
    }
    images = asked.size();
  }

  int images() {
    return images;
  }

  int units() {
    return weight[SEEN].length;
  }

  boolean hasUnseen() {
    return Arrays.stream(weight[UNSEEN]).sum() > 0;
  }

  /** Each unit once. */
  private double[] once() {
    double[] once = new double[units()];
    Arrays.fill(once, 1);
    return once;
  }

  double value() {
    return value(once());
  }

  /**
   * The figure of a resample.
   *
   * @param drawn how often each unit was drawn
   */
  double value(double[] drawn) {
    double seen = accuracy(false, drawn);
    return hasUnseen() ? Metrics.harmonicMean(seen, accuracy(true, drawn)) : seen;
  }

  /** The accuracy on images of the seen or of the hidden classes, in percent. */
  double accuracy(boolean unseen) {
    return accuracy(unseen, once());
  }

  /** The same of a resample; NaN if it has no such image. */
  double accuracy(boolean unseen, double[] drawn) {
    int role = unseen ? UNSEEN : SEEN;
    return 100 * dot(drawn, right[role]) / dot(drawn, weight[role]);
  }

  private static double dot(double[] one, double[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += one[i] * other[i];
    }
    return sum;
  }

  /** The standard error of the difference to another score of the same images. */
  double standardErrorAgainst(Score other) {
    return standardErrorAgainst(other, once());
  }

  /**
   * The same for a resample: the infinitesimal jackknife (Efron and Stein 1981) over the units,
   * with n / (n - 1) for few of them.
   */
  double standardErrorAgainst(Score other, double[] drawn) {
    double[] own = influence(drawn);
    double[] others = other.influence(drawn);
    double sum = 0;
    for (int unit = 0; unit < own.length; unit++) {
      sum += drawn[unit] * Math.pow(own[unit] - others[unit], 2);
    }
    return Math.sqrt(sum * few());
  }

  private double few() {
    return units() / Math.max(1.0, units() - 1.0);
  }

  /** By how much each unit moves the figure. */
  private double[] influence(double[] drawn) {
    if (!hasUnseen()) {
      return influence(SEEN, drawn);
    }
    double seen = accuracy(false, drawn);
    double unseen = accuracy(true, drawn);
    double sum = seen + unseen;
    double[] influence = new double[units()];
    if (!(sum > 0)) {
      return influence;
    }
    double[] ofSeen = influence(SEEN, drawn);
    double[] ofUnseen = influence(UNSEEN, drawn);
    for (int unit = 0; unit < influence.length; unit++) {
      // The derivatives of 2 a b / (a + b) by a and by b.
      influence[unit] =
          2 * Math.pow(unseen / sum, 2) * ofSeen[unit]
              + 2 * Math.pow(seen / sum, 2) * ofUnseen[unit];
    }
    return influence;
  }

  private double[] influence(int role, double[] drawn) {
    double total = dot(drawn, weight[role]);
    double share = dot(drawn, right[role]) / total;
    double[] influence = new double[units()];
    for (int unit = 0; unit < influence.length && total > 0; unit++) {
      influence[unit] = 100 * (right[role][unit] - share * weight[role][unit]) / total;
    }
    return influence;
  }

  /**
   * The number of independent images that say as much about an accuracy as these: that whose
   * binomial variance is the variance over units, at most the number of images.
   */
  double effectiveImages(boolean unseen) {
    int role = unseen ? UNSEEN : SEEN;
    double share = accuracy(unseen) / 100;
    double variance = 0;
    for (double each : influence(role, once())) {
      variance += Math.pow(each / 100, 2) * few();
    }
    double total = Arrays.stream(weight[role]).sum();
    double squares = Arrays.stream(weight[role]).map(each -> each * each).sum();
    return variance > 0
        ? Math.max(1, Math.min(total, share * (1 - share) / variance))
        : total * total / squares; // all right or all wrong: as many as there are units
  }

  /**
   * The place of the simplest that is not behind the best by more than a standard error.
   *
   * @param scores of the same images, the simpler first
   * @param drawn how often each unit counts
   */
  static int choice(List<Score> scores, double[] drawn) {
    int best = 0;
    double[] values = new double[scores.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = scores.get(i).value(drawn);
      best = values[i] > values[best] ? i : best;
    }
    for (int i = 0; i < best; i++) {
      double error = scores.get(i).standardErrorAgainst(scores.get(best), drawn);
      if (values[best] - values[i] <= error) {
        return i;
      }
    }
    return best;
  }

  /** An accuracy with its 95 % interval (Wilson, JASA 1927). */
  static AdaptRecord.Interval interval(long correct, int total) {
    double share = (double) correct / total;
    double squared = Z * Z / total;
    double middle = (share + squared / 2) / (1 + squared);
    double half =
        Z * Math.sqrt(share * (1 - share) / total + squared / (4 * total)) / (1 + squared);
    return new AdaptRecord.Interval(
        100 * share, 100 * (middle - half), 100 * (middle + half), total);
  }
}
