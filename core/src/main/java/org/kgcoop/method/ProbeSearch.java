package org.kgcoop.method;

import java.util.List;
import org.kgcoop.model.FixedHead;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

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
        (strength, held) -> {
          Folds.Subset learned = folds.without(held);
          Folds.Subset out = folds.of(held);
          return wrong(
              strength,
              learned.rows(train.features()),
              learned.labels(),
              out.rows(train.features()),
              out.labels());
        });
  }

  /** Returns the best strength on other images. */
  double strengthOn(LabeledFeatures heldOut) {
    return best(
        1,
        (strength, part) ->
            wrong(
                strength,
                train.features(),
                train.labelArray(),
                heldOut.features(),
                heldOut.labelArray()));
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
        try (Scope scope = Scope.open("probe")) {
          wrong += errors.of(strength, part);
        }
      }
      if (wrong < fewest) {
        fewest = wrong;
        best = strength;
      }
    }
    return best;
  }

  private int wrong(
      double strength, Tensor features, int[] labels, Tensor heldOut, int[] heldOutLabels) {
    try (FixedHead probe = LinearProbe.fit(features, labels, classes, strength, check)) {
      return heldOutLabels.length - LinearProbe.correct(probe, heldOut, heldOutLabels);
    }
  }
}
