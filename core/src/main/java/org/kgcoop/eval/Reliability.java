package org.kgcoop.eval;

import java.util.ArrayList;
import java.util.List;

/**
 * The calibration of softmax(logits / T) on labeled images, which are added one by one: the
 * expected calibration error, the negative log-likelihood, and the bins of a reliability diagram
 * (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017).
 */
public final class Reliability {
  private static final int BINS = ProbabilityMetrics.BINS;

  private final double scale; // 1 / T
  private final int[] images = new int[BINS];
  private final double[] confidence = new double[BINS];
  private final double[] correct = new double[BINS];
  private double likelihood;
  private int count;

  /**
   * Predictions whose largest probability lies in one part of the range from 0 to 1.
   *
   * @param images their number, at least 1
   * @param confidence the mean of their largest probabilities
   * @param accuracy the share of correct ones
   */
  public record Bin(int images, double confidence, double accuracy) {}

  /** A measurement without images, at a temperature. */
  public Reliability(double temperature) {
    scale = 1 / temperature;
  }

  /** Adds an image by its logits, (C), and its label. */
  public void add(double[] logits, int label) {
    int prediction = Softmax.argMax(logits, 0, logits.length);
    double logSum = Softmax.logSumExp(logits, 0, logits.length, scale);
    double largest = Math.exp(scale * logits[prediction] - logSum);
    int bin = Math.max(0, Metrics.bin(Math.min(1, largest), BINS));
    images[bin]++;
    confidence[bin] += largest;
    correct[bin] += prediction == label ? 1 : 0;
    likelihood += logSum - scale * logits[label];
    count++;
  }

  /** The expected calibration error, a fraction; NaN without images. */
  public double calibrationError() {
    double error = 0;
    for (int bin = 0; bin < BINS; bin++) {
      error += Math.abs(correct[bin] - confidence[bin]); // = images x |accuracy - confidence|
    }
    return error / count;
  }

  /** The mean of -log p_label, natural logarithm; NaN without images. */
  public double negativeLogLikelihood() {
    return likelihood / count;
  }

  /** The bins that have images, by confidence. */
  public List<Bin> bins() {
    List<Bin> bins = new ArrayList<>();
    for (int bin = 0; bin < BINS; bin++) {
      if (images[bin] > 0) {
        bins.add(
            new Bin(
                images[bin],
                confidence[bin] / images[bin],
                correct[bin] / images[bin]));
      }
    }
    return bins;
  }
}
