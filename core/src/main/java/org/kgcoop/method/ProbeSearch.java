package org.kgcoop.method;

import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.model.FixedHead;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The choice of a linear probe's strength: by images that it has not learned from, or by folds of
 * its own images.
 */
public final class ProbeSearch {
  /** Strengths that are tried, the weakest first. */
  static final List<Double> STRENGTHS =
      List.of(0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0);

  private final Tensor features;
  private final Folds folds;
  private final int classes;

  /**
   * A search by those images.
   *
   * @param features (N, E), unit rows
   * @param labels of each row, 0 to classes - 1
   * @param groups of each row, by number; empty if each row is a group of its own
   */
  public ProbeSearch(Tensor features, List<Integer> labels, List<Integer> groups, int classes) {
    this.features = features;
    this.classes = classes;
    folds = Folds.ofProbe(labels, groups);
  }

  /** Groups of images of the class that has fewest. */
  public int fewest() {
    return folds.fewest();
  }

  /** True if the folds hold so many images that a choice by them is no chance. */
  boolean foldsHoldMost() {
    return folds.holdMost();
  }

  /**
   * In percent, over all images, each judged by a probe that has not seen it, its strength chosen
   * by the folds that it has seen. Needs three images of every class.
   */
  public double accuracy() {
    int right = 0;
    for (int held = 0; held < folds.count(); held++) {
      right += right(strengthWithout(held), folds.without(held), folds.of(held));
    }
    return 100.0 * right / folds.without().labels().length;
  }

  /** The best strength over all folds; of equals the weakest. Needs two images of a class. */
  double strength() {
    return strengthWithout();
  }

  /** The best one for folds held out of those that are left. */
  private double strengthWithout(int... out) {
    return best(
        strength ->
            IntStream.range(0, folds.count())
                .filter(held -> IntStream.of(out).noneMatch(other -> other == held))
                .map(
                    held -> {
                      int[] both =
                          IntStream.concat(IntStream.of(out), IntStream.of(held)).toArray();
                      return right(strength, folds.without(both), folds.of(held));
                    })
                .sum());
  }

  /** The best strength on other images; of equals the weakest. */
  double strengthOn(LabeledFeatures asked) {
    Folds.Part all = folds.without();
    return best(strength -> right(strength, all, asked.features(), asked.labelArray()));
  }

  private interface Correct {
    int with(double strength);
  }

  private static double best(Correct correct) {
    double best = STRENGTHS.get(0);
    int most = -1;
    for (double strength : STRENGTHS) {
      int right = correct.with(strength);
      if (right > most) {
        most = right;
        best = strength;
      }
    }
    return best;
  }

  private int right(double strength, Folds.Part learned, Folds.Part asked) {
    try (Scope scope = Scope.open("fold")) {
      return right(strength, learned, asked.rows(features), asked.labels());
    }
  }

  private int right(double strength, Folds.Part learned, Tensor asked, int[] labels) {
    try (Scope scope = Scope.open("probe");
        FixedHead probe =
            LinearProbe.fit(learned.rows(features), learned.labels(), classes, strength)) {
      return LinearProbe.correct(probe, asked, labels);
    }
  }
}
