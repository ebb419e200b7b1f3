package org.kgcoop.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The accuracies if base and new classes are in one list. Base and new accuracies are usually
 * measured only among their own names. Here all names compete, and a score of each image separates
 * base images from new ones.
 *
 * <p>Accuracies are in percent. The joint accuracies are those of generalized zero-shot learning.
 * OpenworldAUC is the share of pairs (base image, new image) that are both right among their own
 * names and in the right order by the score (Hua et al., "OpenworldAUC", ICML 2025).
 */
public final class JointEvaluation {

  /** A score that is high for images of base classes. */
  public enum Score {
    /** The largest probability of a base class, softmax over base classes only. */
    MAXIMUM_PROBABILITY,
    /** The largest probability of a base class, softmax over all classes. */
    JOINT_PROBABILITY,
    /** The largest logit of a base class. */
    MAXIMUM_LOGIT,
    /** log sum exp of the logits of base classes (Liu et al., NeurIPS 2020, at T = 1). */
    ENERGY;

    private double of(double[] logits, int base) {
      double largest = logits[Softmax.argMax(logits, 0, base)];
      return switch (this) {
        case MAXIMUM_PROBABILITY -> Math.exp(largest - Softmax.logSumExp(logits, 0, base, 1));
        case JOINT_PROBABILITY ->
            Math.exp(largest - Softmax.logSumExp(logits, 0, logits.length, 1));
        case MAXIMUM_LOGIT -> largest;
        case ENERGY -> Softmax.logSumExp(logits, 0, base, 1);
      };
    }
  }

  private final int base;
  private final int classes;
  private final List<Image> baseImages = new ArrayList<>();
  private final List<Image> newImages = new ArrayList<>();

  /**
   * An evaluation without images.
   *
   * @param baseClasses the number of base classes; their logits come first
   * @param classes the number of all classes
   */
  public JointEvaluation(int baseClasses, int classes) {
    if (baseClasses < 1 || baseClasses >= classes) {
      throw new IllegalArgumentException(
          "base classes: expected 1 to %s, got %s".formatted(classes - 1, baseClasses));
    }
    this.base = baseClasses;
    this.classes = classes;
  }

  /**
   * The kept values of an image.
   *
   * @param rightAlone true if the prediction among the names of its own half is right
   * @param rightAmongAll true if the prediction among all names is right
   * @param scores by {@link Score}
   */
  private record Image(boolean rightAlone, boolean rightAmongAll, Map<Score, Double> scores) {
    double score(Score score) {
      return scores.getOrDefault(score, Double.NaN);
    }
  }

  /** Adds an image by its logits, (C_b + C_new), and its label. */
  public void add(double[] logits, int label) {
    boolean isBase = label < base;
    int prediction = Softmax.argMax(logits, 0, classes);
    Map<Score, Double> scores = new EnumMap<>(Score.class);
    for (Score score : Score.values()) {
      scores.put(score, score.of(logits, base));
    }
    int alone = isBase ? Softmax.argMax(logits, 0, base) : Softmax.argMax(logits, base, classes);
    (isBase ? baseImages : newImages).add(new Image(alone == label, prediction == label, scores));
  }

  private static double percent(List<Image> images, Predicate<Image> which) {
    return 100.0 * images.stream().filter(which).count() / images.size();
  }

  /**
   * Returns the accuracy over all images with all names competing. It depends on the number of
   * images in each part.
   */
  public double joint() {
    return percent(
        Stream.of(baseImages, newImages).flatMap(List::stream).toList(), Image::rightAmongAll);
  }

  /** Returns the accuracy on images of base classes, with all names competing. */
  public double base() {
    return percent(baseImages, Image::rightAmongAll);
  }

  /** Returns the accuracy on images of new classes, with all names competing. */
  public double newAccuracy() {
    return percent(newImages, Image::rightAmongAll);
  }

  /**
   * Returns the area under the ROC curve of the score, base positive: a fraction, ties count half.
   */
  public double auroc(Score score) {
    return pairs(score, image -> true);
  }

  /** Returns OpenworldAUC by the score: a fraction. */
  public double openworldAuc(Score score) {
    return pairs(score, Image::rightAlone);
  }

  /**
   * Returns the share of pairs that are counted on both sides and in order, ties half, by mean
   * ranks.
   */
  private double pairs(Score score, Predicate<Image> counted) {
    double[] high = scores(baseImages, score, counted);
    double[] low = scores(newImages, score, counted);
    double pairs = (double) baseImages.size() * newImages.size();
    return rankArea(high, low) * ((double) high.length * low.length) / pairs;
  }

  private static double[] scores(List<Image> images, Score score, Predicate<Image> counted) {
    return images.stream().filter(counted).mapToDouble(image -> image.score(score)).toArray();
  }

  /**
   * Computes the area under the ROC curve: the share of pairs (positive, negative) with the larger
   * positive score. Equal scores count half.
   *
   * @return a fraction; 0 if one of the two is empty
   */
  public static double rankArea(double[] positive, double[] negative) {
    if (positive.length == 0 || negative.length == 0) {
      return 0;
    }
    double[] high = positive.clone();
    double[] low = negative.clone();
    Arrays.sort(high);
    Arrays.sort(low);
    int below = 0;
    int upTo = 0;
    double pairs = 0;
    for (double score : high) {
      while (below < low.length && low[below] < score) {
        below++;
      }
      while (upTo < low.length && low[upTo] <= score) {
        upTo++;
      }
      pairs += (below + upTo) / 2.0;
    }
    return pairs / ((double) high.length * low.length);
  }
}
