package org.kgcoop.method;

import java.util.List;
import java.util.function.ToIntBiFunction;
import org.kgcoop.model.FixedHead;
import org.kgcoop.tensor.Scope;

/**
 * Selection of the strength of a linear probe, with other images or by cross-validation on its own
 * images. Among equal strengths, the weakest wins.
 *
 * @param train the images of the probe
 * @param folds the folds of these images
 * @param check called before each evaluation of a loss; an exception ends the search
 */
record ProbeSearch(LabeledFeatures train, Folds folds, int classes, Runnable check) {
  /** Strengths to try, in ascending order. */
  static final List<Double> STRENGTHS =
      List.of(0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0);

  /** Returns the best strength over all folds. At least one class needs two images. */
  double strength() {
    return best(
        folds.count(),
        (strength, held) ->
            wrong(strength, train.part(folds.without(held)), train.part(folds.of(held))));
  }

  /** Returns the best strength on other images. */
  double strengthOn(LabeledFeatures heldOut) {
    return best(1, (strength, part) -> wrong(strength, train, heldOut));
  }

  /** Returns the strength with the fewest errors over all parts. */
  private static double best(int parts, ToIntBiFunction<Double, Integer> errors) {
    double best = STRENGTHS.get(0);
    int fewest = Integer.MAX_VALUE;
    for (double strength : STRENGTHS) {
      int wrong = 0;
      // The other parts cannot make a strength better that has as many errors already.
      for (int part = 0; part < parts && wrong < fewest; part++) {
        try (Scope scope = Scope.open("probe")) {
          wrong += errors.applyAsInt(strength, part);
        }
      }
      if (wrong < fewest) {
        fewest = wrong;
        best = strength;
      }
    }
    return best;
  }

  private int wrong(double strength, LabeledFeatures learned, LabeledFeatures heldOut) {
    int[] labels = heldOut.labelArray();
    try (FixedHead probe =
        LinearProbe.fit(learned.features(), learned.labelArray(), classes, strength, check)) {
      return labels.length - LinearProbe.correct(probe, heldOut.features(), labels);
    }
  }
}
