package org.kgcoop.verify;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.label.NextImages;

/**
 * The images whose label may be wrong, by confident learning (Northcutt, Jiang and Chuang,
 * "Confident Learning", JAIR 2021), from out-of-fold probabilities.
 *
 * <p>The threshold of a class is the mean probability of that class over the images with its label.
 * An image is confident of every class whose threshold it reaches. Images that are confident of
 * another class than their label are suspects.
 */
final class LabelSuspects {

  /** The threshold of a class without images: no probability reaches it. */
  static final double NO_IMAGES = 2;

  private static final double SMALLEST_THRESHOLD = 2e-6;
  private static final double ROUNDING = 1e-6;

  /** The choice of a class if an image is confident of several. */
  enum Rule {
    /** The most probable of the confident classes, as in the paper. */
    CONFIDENT,
    /** The most probable of all classes, as in cleanlab. */
    ALL
  }

  private final double[][] probabilities;
  private final int[] labels;
  private final double[] thresholds;

  /**
   * @param probabilities (n, C), out of fold
   * @param labels (n), the given labels, from 0 to C - 1; a class may have none
   */
  LabelSuspects(double[][] probabilities, int[] labels) {
    this.probabilities = probabilities;
    this.labels = labels.clone();
    thresholds = IntStream.range(0, probabilities[0].length).mapToDouble(this::threshold).toArray();
  }

  private double threshold(int label) {
    double mean =
        IntStream.range(0, labels.length)
            .filter(i -> labels[i] == label)
            .mapToDouble(i -> probabilities[i][label])
            .average()
            .orElse(NO_IMAGES);
    return Math.max(SMALLEST_THRESHOLD, mean);
  }

  /** Returns the threshold of each class, (C). */
  double[] thresholds() {
    return thresholds.clone();
  }

  /** Returns the class that an image is confident of by a rule, or -1. */
  private int confidentClass(int image, Rule rule) {
    double[] p = probabilities[image];
    int best = -1;
    int count = 0;
    for (int j = 0; j < p.length; j++) {
      if (p[j] >= thresholds[j] - ROUNDING) {
        count++;
        best = best < 0 || p[j] > p[best] ? j : best;
      }
    }
    return count > 1 && rule == Rule.ALL ? NextImages.argmax(p) : best;
  }

  /** Returns the counts of images by given label (row) and confident class (column), (C, C). */
  long[][] confidentJoint(Rule rule) {
    long[][] counts = new long[thresholds.length][thresholds.length];
    for (int i = 0; i < labels.length; i++) {
      int confident = confidentClass(i, rule);
      if (confident >= 0) {
        counts[labels[i]][confident]++;
      }
    }
    return counts;
  }

  /** Returns the images that are confident of another class than their label, ascending. */
  List<Integer> suspects(Rule rule) {
    return IntStream.range(0, labels.length)
        .filter(i -> confidentClass(i, rule) >= 0 && confidentClass(i, rule) != labels[i])
        .boxed()
        .toList();
  }

  /** Returns the suspects without those whose most probable class is their label. */
  List<Integer> suspectsPredictedOtherwise(Rule rule) {
    return suspects(rule).stream().filter(i -> predicted(i) != labels[i]).toList();
  }

  /**
   * Returns the most probable class. The given label wins if it is as probable except for rounding.
   */
  private int predicted(int image) {
    double[] p = probabilities[image].clone();
    p[labels[image]] += ROUNDING;
    return NextImages.argmax(p);
  }

  /**
   * Returns the estimated joint distribution of given label (row) and true label (column), (C, C);
   * the sum is 1. The diagonal of the confident joint is at least 1, and its rows are scaled to the
   * label counts.
   */
  double[][] jointDistribution() {
    long[][] joint = confidentJoint(Rule.CONFIDENT);
    double[][] distribution = new double[joint.length][joint.length];
    for (int label = 0; label < joint.length; label++) {
      int givenLabel = label;
      joint[label][label] = Math.max(1, joint[label][label]);
      double images = Arrays.stream(labels).filter(l -> l == givenLabel).count();
      double row = Arrays.stream(joint[label]).sum();
      for (int j = 0; j < joint.length; j++) {
        distribution[label][j] = joint[label][j] / row * images / labels.length;
      }
    }
    return distribution;
  }

  /** Returns the probability of the given label of each image, (n); a low value marks a suspect. */
  double[] selfConfidence() {
    return IntStream.range(0, labels.length)
        .mapToDouble(i -> probabilities[i][labels[i]])
        .toArray();
  }

  /**
   * Returns (p_label - largest other p + 1) / 2 of each image, (n); a low value marks a suspect.
   */
  double[] normalizedMargin() {
    return IntStream.range(0, labels.length)
        .mapToDouble(i -> (probabilities[i][labels[i]] - largestOther(i) + 1) / 2)
        .toArray();
  }

  private double largestOther(int image) {
    return IntStream.range(0, thresholds.length)
        .filter(j -> j != labels[image])
        .mapToDouble(j -> probabilities[image][j])
        .max()
        .orElse(0);
  }

  /** Returns all images by ascending self-confidence, the lowest index of equal ones first. */
  List<Integer> order() {
    double[] confidence = selfConfidence();
    return IntStream.range(0, labels.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> confidence[i]))
        .toList();
  }
}
