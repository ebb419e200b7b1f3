package org.kgcoop.eval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
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

  /** The rounding error by which a probability computed in float32 may exceed 1. */
  private static final double ROUNDING = 1e-5;

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
    private final List<Prediction> answers = new ArrayList<>();
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
      answers.add(new Prediction(probabilities[prediction], prediction == label));
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
      int count = answers.size();
      return new ProbabilityMetrics(
          100.0 * Prediction.right(answers) / count,
          equalWidth(answers, bins),
          equalMass(answers, bins),
          brier / count,
          likelihood / count);
    }

    /** Returns the bins of equal width that contain predictions, by confidence. */
    public List<Bin> bins() {
      return byBin(answers, BINS).values().stream().map(Bin::of).toList();
    }
  }

  /** Returns answers by the number of their bin of equal width; -1 for a confidence of 0. */
  private static Map<Integer, List<Prediction>> byBin(List<Prediction> answers, int bins) {
    return answers.stream()
        .collect(
            Collectors.groupingBy(
                answer -> bin(answer.confidence(), bins), TreeMap::new, Collectors.toList()));
  }

  private static int bin(double confidence, int bins) {
    if (!(confidence >= 0 && confidence <= 1 + ROUNDING)) {
      throw new IllegalArgumentException("confidence: expected 0 to 1, got " + confidence);
    }
    int bin = Math.min(bins, (int) Math.ceil(confidence * bins)) - 1;
    // The edges are the rounded numbers b/n, which the product above may miss by one bit.
    if (bin >= 0 && confidence <= (double) bin / bins) {
      bin--;
    } else if (bin + 1 < bins && confidence > (bin + 1.0) / bins) {
      bin++;
    }
    return bin;
  }

  private record Prediction(double confidence, boolean isRight) {
    private static double right(List<Prediction> answers) {
      return answers.stream().filter(Prediction::isRight).count();
    }

    private static double confidence(List<Prediction> answers) {
      return answers.stream().mapToDouble(Prediction::confidence).reduce(0, Double::sum);
    }
  }

  /**
   * Returns the expected calibration error, a fraction: the mean distance of confidence and
   * accuracy over the bins (b/n, (b+1)/n], weighted by their images. A confidence of 0 is in no bin
   * but counts as an image.
   *
   * @param confidences the probability of each prediction, 0 to 1
   */
  public static double expectedCalibrationError(
      int[] labels, int[] predictions, double[] confidences, int bins) {
    return equalWidth(
        IntStream.range(0, labels.length)
            .mapToObj(i -> new Prediction(confidences[i], labels[i] == predictions[i]))
            .toList(),
        bins);
  }

  private static double equalWidth(List<Prediction> answers, int bins) {
    Map<Integer, List<Prediction>> byBin = byBin(answers, bins);
    byBin.remove(-1);
    double error = 0;
    for (List<Prediction> bin : byBin.values()) {
      error +=
          Math.abs(Prediction.right(bin) - Prediction.confidence(bin)); // = count x their distance
    }
    return answers.isEmpty() ? 0 : error / answers.size();
  }

  /**
   * Predictions with similar confidence, for a reliability diagram.
   *
   * @param images the number of predictions, at least 1
   * @param confidence the mean of their largest probabilities
   * @param accuracy the share of correct ones
   */
  public record Bin(int images, double confidence, double accuracy) {
    private static Bin of(List<Prediction> answers) {
      int images = answers.size();
      return new Bin(
          images, Prediction.confidence(answers) / images, Prediction.right(answers) / images);
    }
  }

  /**
   * Computes the error over bins of equally many images. Bin b contains the sorted positions
   * floor(b n / B) to floor((b + 1) n / B) - 1.
   */
  private static double equalMass(List<Prediction> answers, int bins) {
    int count = answers.size();
    List<Prediction> sorted =
        answers.stream().sorted(Comparator.comparingDouble(Prediction::confidence)).toList();
    double error = 0;
    for (int bin = 0; bin < bins; bin++) {
      double gap = 0;
      for (Prediction answer :
          sorted.subList(bound(bin, count, bins), bound(bin + 1, count, bins))) {
        gap += (answer.isRight() ? 1 : 0) - answer.confidence();
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
