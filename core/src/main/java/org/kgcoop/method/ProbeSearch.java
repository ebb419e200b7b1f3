package org.kgcoop.method;

import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.model.FixedHead;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Selection of the strength of a linear probe, with other images or by cross-validation on its own
 * images.
 */
public final class ProbeSearch {
  /** Strengths to try, in ascending order. */
  static final List<Double> STRENGTHS =
      List.of(0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0);

  private final Tensor features;
  private final Folds folds;
  private final int classes;

  /**
   * Creates a search with the given images.
   *
   * @param features the features, (N, E), unit rows
   * @param labels the label of each row, 0 to classes - 1
   * @param groups the group number of each row; empty if each row is a group of its own
   */
  public ProbeSearch(Tensor features, List<Integer> labels, List<Integer> groups, int classes) {
    this.features = features;
    this.classes = classes;
    folds = Folds.ofProbe(labels, groups);
  }

  /** Returns the number of groups of the class that has the fewest. */
  public int fewest() {
    return folds.fewest();
  }

  /** Returns true if the folds contain enough images for a selection that is not random. */
  boolean foldsHoldMost() {
    return folds.holdMost();
  }

  /**
   * Returns the cross-validated accuracy in percent over all images. The probe that classifies an
   * image has not seen it, and its strength is selected with the folds that the probe has seen.
   * Every class needs three images.
   */
  public double accuracy() {
    int right = 0;
    for (int held = 0; held < folds.count(); held++) {
      right += right(strengthWithout(held), folds.without(held), folds.of(held));
    }
    return 100.0 * right / folds.without().labels().length;
  }

  /**
   * Returns the best strength over all folds. Among equal ones, the weakest wins. At least one
   * class needs two images.
   */
  double strength() {
    return strengthWithout();
  }

  /**
   * Returns the best strength for the remaining folds.
   *
   * @param out the folds to leave out
   */
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

  /** Returns the best strength on other images. Among equal ones, the weakest wins. */
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
