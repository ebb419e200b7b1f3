package org.kgcoop.adapt;

import static org.kgcoop.tensor.Vectors.dot;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.kgcoop.eval.Interval;
import org.kgcoop.eval.Metrics;
import org.kgcoop.runs.AdaptRecord.Accuracy;

/**
 * Predictions of a method for held-out images, with their score in percent. The score is the
 * accuracy. If classes were hidden, it is the harmonic mean of the accuracies on seen and on hidden
 * classes, with all class names to choose from.
 *
 * <p>Dependent images form one unit: a group, or a class if classes were hidden. The variance of a
 * score is estimated from the units, not from individual images.
 */
final class Score {
  /**
   * The prediction for a held-out image.
   *
   * @param unit the name of its unit
   * @param label the number of its class
   * @param unseen true if its class was hidden
   * @param weight 1, or less for near copies
   * @param right true if the prediction is correct
   */
  record Prediction(String unit, int label, boolean unseen, double weight, boolean right) {
    Prediction times(double factor) {
      return new Prediction(unit, label, unseen, weight * factor, right);
    }
  }

  private static final int SEEN = 0;
  private static final int UNSEEN = 1;

  private final List<Prediction> predictions;
  private final double[][] right; // by role and unit
  private final double[][] weight;

  /**
   * Creates the score of predictions.
   *
   * @param predictions the predictions for images, which must be equal for all scores to compare
   */
  Score(List<Prediction> predictions) {
    this.predictions = List.copyOf(predictions);
    Map<String, Integer> units = new HashMap<>();
    predictions.forEach(each -> units.putIfAbsent(each.unit, units.size()));
    right = new double[2][units.size()];
    weight = new double[2][units.size()];
    for (Prediction each : predictions) {
      int role = each.unseen ? UNSEEN : SEEN;
      int unit = units.getOrDefault(each.unit, 0);
      weight[role][unit] += each.weight;
      right[role][unit] += each.right ? each.weight : 0;
    }
  }

  int images() {
    return predictions.size();
  }

  /** Returns the score of the same predictions if every class were equally frequent. */
  Score balanced() {
    Map<Integer, Double> sizes = new HashMap<>();
    predictions.forEach(each -> sizes.merge(each.label, each.weight, Double::sum));
    sizes.values().removeIf(size -> size == 0); // a class of images that do not count
    double mean = sizes.values().stream().mapToDouble(Double::doubleValue).average().orElse(1);
    return new Score(
        predictions.stream()
            .map(each -> each.times(mean / sizes.getOrDefault(each.label, mean)))
            .toList());
  }

  /** Returns the score of the predictions for images of some classes. */
  Score of(Set<Integer> labels) {
    return new Score(predictions.stream().filter(each -> labels.contains(each.label)).toList());
  }

  /** Returns the score of these predictions and others. */
  Score plus(Score other) {
    return new Score(Stream.concat(predictions.stream(), other.predictions.stream()).toList());
  }

  int units() {
    return weight[SEEN].length;
  }

  boolean hasUnseen() {
    return Arrays.stream(weight[UNSEEN]).sum() > 0;
  }

  /** Returns a weight of one for each unit. */
  private double[] once() {
    double[] once = new double[units()];
    Arrays.fill(once, 1);
    return once;
  }

  double value() {
    return value(once());
  }

  /**
   * Computes the score of a resample.
   *
   * @param drawn the number of times that each unit was drawn
   */
  double value(double[] drawn) {
    double seen = accuracy(false, drawn);
    return hasUnseen() ? Metrics.harmonicMean(seen, accuracy(true, drawn)) : seen;
  }

  /** Returns the accuracy on images of the seen or of the hidden classes, in percent. */
  double accuracy(boolean unseen) {
    return accuracy(unseen, once());
  }

  /** Returns the accuracy of a resample, in percent; NaN if it contains no such image. */
  double accuracy(boolean unseen, double[] drawn) {
    int role = unseen ? UNSEEN : SEEN;
    return 100 * dot(drawn, right[role]) / dot(drawn, weight[role]);
  }

  /**
   * Returns the number of independent images that determine an accuracy as precisely as these.
   * Their binomial variance equals the variance over units. The result is at most the number of
   * images.
   */
  double effectiveImages(boolean unseen) {
    int role = unseen ? UNSEEN : SEEN;
    double share = accuracy(unseen) / 100;
    double total = Arrays.stream(weight[role]).sum();
    double smallSampleFactor = units() / Math.max(1.0, units() - 1.0);
    double variance = 0;
    for (int unit = 0; unit < units(); unit++) {
      double influence = (right[role][unit] - share * weight[role][unit]) / total;
      variance += Math.pow(influence, 2) * smallSampleFactor;
    }
    return variance > 0
        ? Math.max(1, Math.min(total, share * (1 - share) / variance))
        : effectiveUnits(unseen); // all predictions are correct, or all are wrong
  }

  /**
   * Returns Kish's effective number of units, (sum of weights)^2 / sum of squared weights (Survey
   * Sampling, 1965): the number of units if all have the same weight.
   */
  double effectiveUnits(boolean unseen) {
    double[] weights = weight[unseen ? UNSEEN : SEEN];
    double total = Arrays.stream(weights).sum();
    double squares = Arrays.stream(weights).map(each -> each * each).sum();
    return squares == 0 ? 0 : total * total / squares;
  }

  /** Returns the variance of the accuracy between hidden classes, as a share squared. */
  double varianceOfClasses() {
    double[] shares =
        IntStream.range(0, units())
            .filter(unit -> weight[UNSEEN][unit] > 0)
            .mapToDouble(unit -> right[UNSEEN][unit] / weight[UNSEEN][unit])
            .toArray();
    double mean = Arrays.stream(shares).average().orElse(0);
    return Arrays.stream(shares).map(share -> Math.pow(share - mean, 2)).sum()
        / Math.max(1, shares.length - 1);
  }

  /**
   * Returns the two-sided p-value of the exact form of McNemar's test (Psychometrika 1947): the
   * binomial test of the units on which the methods differ (a sign test). Each method is better on
   * half of them if both have the same score on new images.
   */
  double pValueAgainst(Score other) {
    return pValueAgainst(other, once());
  }

  private double pValueAgainst(Score other, double[] drawn) {
    double seenFactor = 1 / dot(drawn, weight[SEEN]);
    double unseenFactor = 0;
    if (hasUnseen()) {
      // The derivatives of H with respect to both accuracies, at their means, say how much an
      // prediction of each kind counts.
      double seen = accuracy(false, drawn) + other.accuracy(false, drawn);
      double unseen = accuracy(true, drawn) + other.accuracy(true, drawn);
      seenFactor *= unseen * unseen;
      unseenFactor = seen * seen / dot(drawn, weight[UNSEEN]);
    }
    double better = 0;
    double worse = 0;
    for (int unit = 0; unit < drawn.length; unit++) {
      double difference =
          seenFactor * (right[SEEN][unit] - other.right[SEEN][unit])
              + unseenFactor * (right[UNSEEN][unit] - other.right[UNSEEN][unit]);
      better += difference > 0 ? drawn[unit] : 0;
      worse += difference < 0 ? drawn[unit] : 0;
    }
    return signTest((int) Math.round(better), (int) Math.round(worse));
  }

  /** Returns the probability of a split at least as uneven as this one, if both are as likely. */
  static double signTest(int better, int worse) {
    int fewer = Math.min(better, worse);
    return better == worse
        ? 1
        : Math.min(
            1, 2 * BinomialDistribution.of(better + worse, 0.5).cumulativeProbability(fewer));
  }

  /**
   * Returns the index of the first method that the test cannot distinguish from the best.
   *
   * @param scores the scores for the same images, those of the preferred methods first
   * @param drawn the number of times that each unit counts
   */
  static int choice(List<Score> scores, double[] drawn) {
    int best = 0;
    double[] values = new double[scores.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = scores.get(i).value(drawn);
      best = values[i] > values[best] ? i : best;
    }
    for (int i = 0; i < best; i++) {
      if (scores.get(i).pValueAgainst(scores.get(best), drawn) > Selection.LEVEL) {
        return i;
      }
    }
    return best;
  }

  /** Returns the accuracy on a random sample of images, with its exact 95 % interval. */
  static Accuracy interval(int correct, int total) {
    Interval limits = Interval.ofShare(correct, total, Expectation.CONFIDENCE);
    return new Accuracy(100.0 * correct / total, 100 * limits.low(), 100 * limits.high(), total);
  }
}
