package org.kgcoop.prompt;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The linear probe as a method to compare with: an L2-regularised logistic regression on image
 * features, whose C is the best on the validation pictures or, where there are none, over folds of
 * the shots. It knows the classes that it has seen and no other.
 */
public record Probe() implements Method {
  public static final String ID = "probe";

  /** C where one picture of a class is all there is: the middle of those that are tried. */
  static final double DEFAULT_STRENGTH = 10;

  /**
   * A fitted probe.
   *
   * @param probe for the caller to close
   * @param strength its C
   * @param chosenBy {@code validation}, {@code folds} or {@code default}
   */
  public record Fit(LinearProbe probe, double strength, String chosenBy) {}

  /**
   * Fits one to the training pictures.
   *
   * @param features (N, E), unit rows
   * @param labels of each, 0 to classes - 1
   * @param valFeatures of the validation pictures, (V, E); V may be 0, the tensor is then not used
   */
  public Fit fit(Tensor features, int[] labels, Tensor valFeatures, int[] valLabels, int classes) {
    ProbeFolds folds = new ProbeFolds(features, labels, classes);
    double strength = DEFAULT_STRENGTH;
    String chosenBy = "default";
    if (valLabels.length > 0) {
      strength = bestOn(features, labels, valFeatures, valLabels, classes);
      chosenBy = "validation";
    } else if (folds.fewest() > 1) {
      strength = folds.strength();
      chosenBy = "folds";
    }
    return new Fit(LinearProbe.fit(features, labels, classes, strength), strength, chosenBy);
  }

  private static double bestOn(
      Tensor features, int[] labels, Tensor valFeatures, int[] valLabels, int classes) {
    double best = DEFAULT_STRENGTH;
    int most = -1;
    for (double strength : ProbeFolds.STRENGTHS) {
      try (Scope scope = Scope.open("probe");
          LinearProbe probe = LinearProbe.fit(features, labels, classes, strength)) {
        int right = probe.correct(valFeatures, valLabels);
        if (right > most) {
          most = right;
          best = strength;
        }
      }
    }
    return best;
  }

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String title() {
    return "Linear probe";
  }

  @Override
  public String prompts() {
    return "none";
  }

  @Override
  public ObjectNode toJson() {
    return JsonNodeFactory.instance.objectNode().put("method", ID);
  }
}
