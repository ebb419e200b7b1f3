package org.kgcoop.eval;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

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
    MAXIMUM_PROBABILITY {
      @Override
      double of(double[] logits, int base) {
        return Math.exp(largest(logits, base) - Softmax.logSumExp(logits, 0, base, 1));
      }
    },
    /** The largest probability of a base class, softmax over all classes. */
    JOINT_PROBABILITY {
      @Override
      double of(double[] logits, int base) {
        return Math.exp(largest(logits, base) - Softmax.logSumExp(logits, 0, logits.length, 1));
      }
    },
    /** The largest logit of a base class. */
    MAXIMUM_LOGIT {
      @Override
      double of(double[] logits, int base) {
        return largest(logits, base);
      }
    },
    /** log sum exp of the logits of base classes (Liu et al., NeurIPS 2020, at T = 1). */
    ENERGY {
      @Override
      double of(double[] logits, int base) {
        return Softmax.logSumExp(logits, 0, base, 1);
      }
    };

    abstract double of(double[] logits, int base);

    private static double largest(double[] logits, int base) {
      return logits[Softmax.argMax(logits, 0, base)];
    }
  }

  private final int base;
  private final Group ofBase;
  private final Group ofNew;

  /**
   * @param baseClasses the number of base classes; their logits come first
   * @param baseLogits (M_b, C_b + C_new) of images of base classes
   * @param baseLabels (M_b), from 0
   * @param newLogits (M_n, C_b + C_new) of images of new classes
   * @param newLabels (M_n), from {@code baseClasses}
   */
  public JointEvaluation(
      int baseClasses,
      double[][] baseLogits,
      int[] baseLabels,
      double[][] newLogits,
      int[] newLabels) {
    ProbabilityMetrics.checkRows(baseLogits, baseLabels);
    ProbabilityMetrics.checkRows(newLogits, newLabels);
    int classes = baseLogits[0].length;
    if (baseClasses < 1
        || baseClasses >= classes
        || Arrays.stream(baseLabels).anyMatch(label -> label >= baseClasses)
        || Arrays.stream(newLabels).anyMatch(label -> label < baseClasses)) {
      throw new IllegalArgumentException(
          "labels: expected base labels below %s and new labels from it to %s"
              .formatted(baseClasses, classes - 1));
    }
    this.base = baseClasses;
    this.ofBase = new Group(baseLogits, baseLabels, 0, baseClasses);
    this.ofNew = new Group(newLogits, newLabels, baseClasses, classes);
  }

  /** The images of one part of the classes, whose own names are {@code from} to {@code to} - 1. */
  private static final class Group {
    private final double[][] logits;
    private final int[] labels;
    private final int from;
    private final int to;

    Group(double[][] logits, int[] labels, int from, int to) {
      this.logits = logits;
      this.labels = labels;
      this.from = from;
      this.to = to;
    }

    boolean isRightAlone(int i) {
      return Softmax.argMax(logits[i], from, to) == labels[i];
    }

    int prediction(int i) {
      return Softmax.argMax(logits[i], 0, logits[i].length);
    }

    long count(IntPredicate which) {
      return IntStream.range(0, labels.length).filter(which).count();
    }

    long rightAmongAll() {
      return count(i -> prediction(i) == labels[i]);
    }

    double percent(long count) {
      return 100.0 * count / labels.length;
    }

    double taken() {
      return percent(count(i -> prediction(i) < from || prediction(i) >= to));
    }
  }

  /**
   * Returns the accuracy over all images with all names competing. It depends on the number of
   * images in each part.
   */
  public double joint() {
    return 100.0
        * (ofBase.rightAmongAll() + ofNew.rightAmongAll())
        / (ofBase.labels.length + ofNew.labels.length);
  }

  /** Returns the accuracy on images of base classes, with all names competing. */
  public double base() {
    return ofBase.percent(ofBase.rightAmongAll());
  }

  /** Returns the accuracy on images of new classes, with all names competing. */
  public double newAccuracy() {
    return ofNew.percent(ofNew.rightAmongAll());
  }

  /** Returns joint H: the harmonic mean of {@link #base()} and {@link #newAccuracy()}. */
  public double harmonicMean() {
    return Metrics.harmonicMean(base(), newAccuracy());
  }

  /** Returns the accuracy on images of base classes, only among base names. */
  public double baseAlone() {
    return ofBase.percent(ofBase.count(ofBase::isRightAlone));
  }

  /** Returns the accuracy on images of new classes, only among new names. */
  public double newAlone() {
    return ofNew.percent(ofNew.count(ofNew::isRightAlone));
  }

  /** Returns H as published: the harmonic mean of {@link #baseAlone()} and {@link #newAlone()}. */
  public double harmonicMeanAlone() {
    return Metrics.harmonicMean(baseAlone(), newAlone());
  }

  /** Returns the share of images of base classes that get a new name, in percent. */
  public double baseTakenForNew() {
    return ofBase.taken();
  }

  /** Returns the share of images of new classes that get a base name, in percent. */
  public double newTakenForBase() {
    return ofNew.taken();
  }

  /**
   * Returns the area under the ROC curve of the score, base positive: a fraction, ties count half.
   */
  public double auroc(Score score) {
    return pairs(score, i -> true, j -> true);
  }

  /** Returns OpenworldAUC by the score: a fraction. */
  public double openworldAuc(Score score) {
    return pairs(score, ofBase::isRightAlone, ofNew::isRightAlone);
  }

  /**
   * Returns the share of pairs that are counted on both sides and in order, ties half, by mean
   * ranks.
   */
  private double pairs(Score score, IntPredicate countedBase, IntPredicate countedNew) {
    double[] high = scores(ofBase, score, countedBase);
    double[] low = scores(ofNew, score, countedNew);
    double pairs = (double) ofBase.labels.length * ofNew.labels.length;
    return rankArea(high, low) * ((double) high.length * low.length) / pairs;
  }

  private double[] scores(Group group, Score score, IntPredicate counted) {
    return IntStream.range(0, group.labels.length)
        .filter(counted)
        .mapToDouble(i -> score.of(group.logits[i], base))
        .toArray();
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
    double[] all = Arrays.copyOf(positive, positive.length + negative.length);
    System.arraycopy(negative, 0, all, positive.length, negative.length);
    int[] order =
        IntStream.range(0, all.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> all[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double ranks = 0;
    for (int start = 0; start < order.length; ) {
      int end = start + 1;
      while (end < order.length && all[order[end]] == all[order[start]]) {
        end++;
      }
      double meanRank = (start + 1 + end) / 2.0;
      for (int k = start; k < end; k++) {
        ranks += order[k] < positive.length ? meanRank : 0;
      }
      start = end;
    }
    double n = positive.length;
    return (ranks - n * (n + 1) / 2) / (n * negative.length);
  }
}
