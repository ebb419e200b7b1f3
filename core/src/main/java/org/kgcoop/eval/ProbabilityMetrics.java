package org.kgcoop.eval;

import java.util.ArrayList;
import java.util.List;
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
    Accumulator accumulator = new Accumulator(1);
    for (int i = 0; i < labels.length; i++) {
      accumulator.add(logits[i], labels[i]);
    }
    return accumulator.metrics(bins);
  }

  /** Collects images one by one, so that the logits of all images need not be in memory at once. */
  public static final class Accumulator {
    private final List<Integer> labels = new ArrayList<>();
    private final List<Integer> predictions = new ArrayList<>();
    private final List<Double> confidences = new ArrayList<>();
    private final double scale; // 1 / T
    private double brier;
    private double likelihood;

    /** Creates metrics of softmax(logits / T) for a temperature T. */
    public Accumulator(double temperature) {
      scale = 1 / temperature;
    }

    /** Adds an image by its logits, (C), and its label. */
    public void add(double[] logits, int label) {
      double[] probabilities = Softmax.probabilities(logits, scale);
      int prediction = Softmax.argMax(logits, 0, logits.length);
      labels.add(label);
      predictions.add(prediction);
      confidences.add(probabilities[prediction]);
      likelihood += Softmax.logSumExp(logits, 0, logits.length, scale) - scale * logits[label];
      for (int c = 0; c < logits.length; c++) {
        double difference = probabilities[c] - (c == label ? 1 : 0);
        brier += difference * difference;
      }
    }

    /**
     * The measures of all images that were added.
     *
     * @param bins the number of bins of both calibration errors
     */
    public ProbabilityMetrics metrics(int bins) {
      int count = labels.size();
      int[] label = labels.stream().mapToInt(Integer::intValue).toArray();
      int[] prediction = predictions.stream().mapToInt(Integer::intValue).toArray();
      double[] confidence = confidences.stream().mapToDouble(Double::doubleValue).toArray();
      long correct = IntStream.range(0, count).filter(i -> prediction[i] == label[i]).count();
      return new ProbabilityMetrics(
          100.0 * correct / count,
          Metrics.expectedCalibrationError(label, prediction, confidence, bins),
          equalMass(label, prediction, confidence, bins),
          brier / count,
          likelihood / count);
    }

    /** Returns the bins of equal width that contain predictions, by confidence. */
    public List<Bin> bins() {
      int[] images = new int[BINS];
      double[] confidence = new double[BINS];
      double[] correct = new double[BINS];
      for (int i = 0; i < confidences.size(); i++) {
        int bin = Math.max(0, Metrics.bin(confidences.get(i), BINS));
        images[bin]++;
        confidence[bin] += confidences.get(i);
        correct[bin] += predictions.get(i).equals(labels.get(i)) ? 1 : 0;
      }
      return IntStream.range(0, BINS)
          .filter(bin -> images[bin] > 0)
          .mapToObj(
              bin ->
                  new Bin(images[bin], confidence[bin] / images[bin], correct[bin] / images[bin]))
          .toList();
    }
  }

  /**
   * Predictions with similar confidence, for a reliability diagram.
   *
   * @param images the number of predictions, at least 1
   * @param confidence the mean of their largest probabilities
   * @param accuracy the share of correct ones
   */
  public record Bin(int images, double confidence, double accuracy) {}

  /**
   * Computes the error over bins of equally many images. Bin b contains the sorted positions
   * floor(b n / B) to floor((b + 1) n / B) - 1.
   */
  private static double equalMass(int[] labels, int[] predictions, double[] confidences, int bins) {
    int count = labels.length;
    int[] order = Softmax.ascending(confidences);
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
