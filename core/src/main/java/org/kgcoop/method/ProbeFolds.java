package org.kgcoop.method;

import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.kgcoop.prompt.FixedHead;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Labeled image features in up to four folds, each with its share of every class, so that a linear
 * probe is judged by images that it has not seen.
 */
public final class ProbeFolds {
  /** Strengths of a probe that are tried, the weakest first. */
  static final List<Double> STRENGTHS =
      List.of(0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0);

  private static final int NONE = -1;

  private final Tensor features;
  private final int[] labels;
  private final int classes;
  private final Folds folds;
  private final int fewest;

  /**
   * Divides images.
   *
   * @param features (N, E), unit rows
   * @param labels of each row, 0 to classes - 1
   * @param groups of each row, by number; empty if each row is a group of its own
   */
  public ProbeFolds(Tensor features, List<Integer> labels, List<Integer> groups, int classes) {
    this.features = features;
    this.labels = labels.stream().mapToInt(Integer::intValue).toArray();
    this.classes = classes;
    folds = Folds.ofProbe(labels, groups);
    fewest =
        Folds.groupsByClass(labels, groups).values().stream().mapToInt(Set::size).min().orElse(0);
  }

  /** Groups of images of the class that has fewest. */
  public int fewest() {
    return fewest;
  }

  /** True if the folds hold at least half of the images, so that a choice by them is no chance. */
  boolean holdMost() {
    long held = IntStream.range(0, labels.length).filter(folds::holds).count();
    return folds.count() > 1 && 2 * held >= labels.length;
  }

  /**
   * In percent, over all images, each judged by a probe that has not seen it, its strength chosen
   * by the folds that it has seen. Needs three images of every class.
   */
  public double accuracy() {
    int right = 0;
    for (int out = 0; out < folds.count(); out++) {
      int held = out;
      right += right(strength(held), i -> !folds.holds(held, i), i -> folds.holds(held, i));
    }
    return 100.0 * right / labels.length;
  }

  /** The best strength over all folds. Needs two images of a class. */
  double strength() {
    return strength(NONE);
  }

  /** The best one for folds held out of those that are left. */
  private double strength(int out) {
    double best = STRENGTHS.get(0);
    int most = -1;
    for (double strength : STRENGTHS) {
      int right = 0;
      for (int inner = 0; inner < folds.count(); inner++) {
        int held = inner;
        if (held != out) {
          right +=
              right(
                  strength,
                  i -> !folds.holds(held, i) && !(out != NONE && folds.holds(out, i)),
                  i -> folds.holds(held, i));
        }
      }
      if (right > most) {
        most = right;
        best = strength;
      }
    }
    return best;
  }

  private int right(double strength, IntPredicate fitted, IntPredicate measured) {
    try (Scope scope = Scope.open("probe");
        FixedHead probe = LinearProbe.fit(rows(fitted), labels(fitted), classes, strength)) {
      return LinearProbe.correct(probe, rows(measured), labels(measured));
    }
  }

  private Tensor rows(IntPredicate which) {
    long[] places = places(which).asLongStream().toArray();
    return features.indexSelect(0, Tensor.of(places, places.length).to(features.device()));
  }

  private int[] labels(IntPredicate which) {
    return places(which).map(i -> labels[i]).toArray();
  }

  private IntStream places(IntPredicate which) {
    return IntStream.range(0, labels.length).filter(which);
  }
}
