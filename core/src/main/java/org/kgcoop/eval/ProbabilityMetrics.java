package org.kgcoop.eval;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Metrics of the agreement between the probabilities softmax(logits) of a classifier and its
 * accuracy.
 *
 * @param accuracy share of correct predictions, in percent
 * @param expectedCalibrationError the expected calibration error over bins of equal width, a
 *     fraction (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017); biased upward
 *     for fewer than about 150 images
 * @param equalMassCalibrationError the same over bins of equally many images
 * @param brier the mean of sum_c (p_c - [c = label])^2, from 0 to 2 (Brier, 1950)
 * @param negativeLogLikelihood the mean of -log p_label, natural logarithm
 */
public record ProbabilityMetrics(
    double accuracy,
    double expectedCalibrationError,
    double equalMassCalibrationError,
    double brier,
    double negativeLogLikelihood) {

  /** The number of bins that published tables use. */
  public static final int BINS = 15;

  /**
   * Computes all measures.
   *
   * @param logits (M, C); softmax of a row gives its probabilities
   * @param labels (M), each from 0 to C - 1
   * @param bins the number of bins of both calibration errors
   * @throws IllegalArgumentException if there are no images, the numbers of rows differ, or a label
   *     is out of range
   */
  public static ProbabilityMetrics of(double[][] logits, int[] labels, int bins) {
    checkRows(logits, labels);
    int count = labels.length;
    int[] predictions = new int[count];
    double[] confidences = new double[count];
    double brier = 0;
    double likelihood = 0;
    for (int i = 0; i < count; i++) {
      double[] row = logits[i];
      double[] probabilities = Softmax.probabilities(row, 1);
      predictions[i] = Softmax.argMax(row, 0, row.length);
      confidences[i] = probabilities[predictions[i]];
      likelihood += Softmax.logSumExp(row, 0, row.length, 1) - row[labels[i]];
      for (int c = 0; c < row.length; c++) {
        double difference = probabilities[c] - (c == labels[i] ? 1 : 0);
        brier += difference * difference;
      }
    }
    long correct = IntStream.range(0, count).filter(i -> predictions[i] == labels[i]).count();
    return new ProbabilityMetrics(
        100.0 * correct / count,
        Metrics.expectedCalibrationError(labels, predictions, confidences, bins),
        equalMass(labels, predictions, confidences, bins),
        brier / count,
        likelihood / count);
  }

  /**
   * Computes the error over bins of equally many images. Bin b contains the sorted positions
   * floor(b n / B) to floor((b + 1) n / B) - 1.
   */
  private static double equalMass(int[] labels, int[] predictions, double[] confidences, int bins) {
    int count = labels.length;
    int[] order =
        IntStream.range(0, count)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> confidences[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double error = 0;
    for (int bin = 0; bin < bins; bin++) {
      double gap = 0;
      for (int k = bound(bin, count, bins); k < bound(bin + 1, count, bins); k++) {
        int i = order[k];
        gap += (labels[i] == predictions[i] ? 1 : 0) - confidences[i];
      }
      error += Math.abs(gap);
    }
    return error / count;
  }

  private static int bound(int bin, int count, int bins) {
    return Math.toIntExact((long) bin * count / bins);
  }

  static void checkRows(double[][] logits, int[] labels) {
    if (labels.length == 0 || logits.length != labels.length) {
      throw new IllegalArgumentException(
          "logits: expected one row for each of %s labels (at least one), got %s"
              .formatted(labels.length, logits.length));
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= logits[i].length) {
        throw new IllegalArgumentException(
            "label: expected 0 to %s, got %s".formatted(logits[i].length - 1, labels[i]));
      }
    }
  }
}
