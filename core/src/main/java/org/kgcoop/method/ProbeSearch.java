package org.kgcoop.method;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  private final Runnable check;

  /**
   * Creates a search with the given images.
   *
   * @param features the features, (N, E), unit rows
   * @param labels the label of each row, 0 to classes - 1
   * @param groups the group number of each row; empty if each row is a group of its own
   */
  public ProbeSearch(Tensor features, List<Integer> labels, List<Integer> groups, int classes) {
    this(features, labels, groups, classes, () -> {});
  }

  /**
   * Creates a search with the given images.
   *
   * @param check called before each evaluation of a loss; an exception ends the search
   */
  ProbeSearch(
      Tensor features, List<Integer> labels, List<Integer> groups, int classes, Runnable check) {
    this.features = features;
    this.classes = classes;
    this.check = check;
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
    Map<WithoutBoth, int[]> known = new HashMap<>();
    int right = 0;
    for (int held = 0; held < folds.count(); held++) {
      int out = held;
      int[] others = IntStream.range(0, folds.count()).filter(fold -> fold != out).toArray();
      double best =
          best(others.length, (strength, i) -> wrongWithoutBoth(strength, out, others[i], known));
      Folds.Subset heldOut = folds.of(held);
      right += heldOut.labels().length - wrong(best, folds.without(held), List.of(heldOut))[0];
    }
    return 100.0 * right / folds.without().labels().length;
  }

  /** A probe of a strength that has not seen two folds. */
  private record WithoutBoth(double strength, int first, int second) {}

  /**
   * Returns the number of errors on a fold of a probe that has seen neither of two folds. One probe
   * answers for both folds, so it is trained once.
   */
  private int wrongWithoutBoth(
      double strength, int out, int heldOut, Map<WithoutBoth, int[]> known) {
    int first = Math.min(out, heldOut);
    int second = Math.max(out, heldOut);
    int[] wrong =
        known.computeIfAbsent(
            new WithoutBoth(strength, first, second),
            probe ->
                wrong(
                    strength,
                    folds.without(first, second),
                    List.of(folds.of(first), folds.of(second))));
    return wrong[heldOut == first ? 0 : 1];
  }

  /**
   * Returns the best strength over all folds. Among equal ones, the weakest wins. At least one
   * class needs two images.
   */
  double strength() {
    return best(
        folds.count(),
        (strength, held) -> wrong(strength, folds.without(held), List.of(folds.of(held)))[0]);
  }

  /** Returns the best strength on other images. Among equal ones, the weakest wins. */
  double strengthOn(LabeledFeatures heldOut) {
    Folds.Subset all = folds.without();
    return best(
        1,
        (strength, part) -> {
          try (Scope scope = Scope.open("probe");
              FixedHead probe = probe(strength, all)) {
            return wrong(probe, heldOut.features(), heldOut.labelArray());
          }
        });
  }

  private interface Errors {
    int of(double strength, int part);
  }

  /** Returns the strength with the fewest errors over all parts. */
  private static double best(int parts, Errors errors) {
    double best = STRENGTHS.get(0);
    int fewest = Integer.MAX_VALUE;
    for (double strength : STRENGTHS) {
      int wrong = 0;
      // The other parts cannot make a strength better that has as many errors already.
      for (int part = 0; part < parts && wrong < fewest; part++) {
        wrong += errors.of(strength, part);
      }
      if (wrong < fewest) {
        fewest = wrong;
        best = strength;
      }
    }
    return best;
  }

  /** Trains a probe and returns the number of its errors on each of some parts. */
  private int[] wrong(double strength, Folds.Subset learned, List<Folds.Subset> heldOut) {
    try (Scope scope = Scope.open("probe");
        FixedHead probe = probe(strength, learned)) {
      return heldOut.stream()
          .mapToInt(part -> wrong(probe, part.rows(features), part.labels()))
          .toArray();
    }
  }

  private FixedHead probe(double strength, Folds.Subset learned) {
    return LinearProbe.fit(learned.rows(features), learned.labels(), classes, strength, check);
  }

  private static int wrong(FixedHead probe, Tensor heldOut, int[] labels) {
    return labels.length - LinearProbe.correct(probe, heldOut, labels);
  }
}
