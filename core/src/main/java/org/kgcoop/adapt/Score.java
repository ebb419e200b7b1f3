package org.kgcoop.adapt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.kgcoop.eval.Bootstrap;
import org.kgcoop.eval.Metrics;
import org.kgcoop.runs.AdaptRecord;

/**
 * The predictions of a method for images that it has not learned from, and the figure that they
 * make, in percent: the accuracy over all, or, where classes were held out too, the mean over
 * halves of the harmonic mean of the accuracies on seen and on unseen classes.
 *
 * @param parts for each part of the images 1 for one that was recognised, else 0: one part, or for
 *     each half of the classes its seen and its unseen images
 */
record Score(List<int[]> parts) {
  private static final Bootstrap BOOTSTRAP = new Bootstrap(1000, 1);

  /** The 97.5 % quantile of the standard normal distribution. */
  private static final double Z = 1.959964;

  Score {
    parts = List.copyOf(parts);
  }

  double value() {
    return value(parts.stream().map(part -> 100.0 * correct(part) / part.length).toList());
  }

  private static double value(List<Double> accuracies) {
    if (accuracies.size() == 1) {
      return accuracies.get(0);
    }
    List<Double> halves = new ArrayList<>();
    for (int i = 0; i < accuracies.size(); i += 2) {
      halves.add(Metrics.harmonicMean(accuracies.get(i), accuracies.get(i + 1)));
    }
    return Metrics.mean(halves);
  }

  private static int correct(int[] part) {
    return Arrays.stream(part).sum();
  }

  /** The standard error of the difference to another score of the same images. */
  double standardErrorAgainst(Score other) {
    List<double[][]> drawn = new ArrayList<>(); // of each part: (2, resamples)
    for (int part = 0; part < parts.size(); part++) {
      drawn.add(
          BOOTSTRAP.accuracies(
              "part " + part, "", new int[][][] {{parts.get(part)}, {other.parts.get(part)}}));
    }
    List<Double> differences = new ArrayList<>();
    for (int resample = 0; resample < BOOTSTRAP.resamples(); resample++) {
      int at = resample;
      differences.add(
          value(drawn.stream().map(part -> part[0][at]).toList())
              - value(drawn.stream().map(part -> part[1][at]).toList()));
    }
    return Metrics.spread(differences).standardDeviation();
  }

  /**
   * The accuracy on images of the seen or the unseen classes, with the 95 % interval of what will
   * be measured on other images: these vary too.
   *
   * @param unseen true for the classes that were held out
   * @param others how many other images
   */
  AdaptRecord.Interval accuracy(boolean unseen, int others) {
    int total = 0;
    int correct = 0;
    for (int part = unseen ? 1 : 0; part < parts.size(); part += 2) {
      total += parts.get(part).length;
      correct += correct(parts.get(part));
    }
    double together = 1 / (1.0 / total + 1.0 / others);
    return interval((double) correct / total, together, total);
  }

  /** An accuracy with its 95 % interval (Wilson, JASA 1927). */
  static AdaptRecord.Interval interval(long correct, int total) {
    return interval((double) correct / total, total, total);
  }

  private static AdaptRecord.Interval interval(double share, double n, int images) {
    double squared = Z * Z / n;
    double middle = (share + squared / 2) / (1 + squared);
    double half = Z * Math.sqrt(share * (1 - share) / n + squared / (4 * n)) / (1 + squared);
    return new AdaptRecord.Interval(
        100 * share, 100 * (middle - half), 100 * (middle + half), images);
  }
}
