package org.kgcoop.method;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.kgcoop.clip.Clip;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The linear probe as a method to compare with: an L2-regularised logistic regression on image
 * features, whose C is the best on the validation images or, where there are none, over folds of
 * the shots. It knows the classes that it has seen and no other.
 */
public record Probe() implements Method {
  public static final String ID = "probe";

  /** C where one image of a class is all there is: the middle of those that are tried. */
  static final double DEFAULT_STRENGTH = 10;

  @Override
  public Learned fit(Fitting fitting) {
    List<String> classNames = fitting.classNames();
    try (Scope scope = Scope.open("probe")) {
      LabelledFeatures train = fitting.train();
      int[] labels = train.labelArray();
      ProbeFolds folds = new ProbeFolds(train.features(), labels, classNames.size());
      Optional<LabelledFeatures> validation = fitting.validation();
      double strength = DEFAULT_STRENGTH;
      String chosenBy = Search.DEFAULT;
      if (validation.isPresent()) {
        strength = bestOn(train.features(), labels, validation.get(), classNames.size());
        chosenBy = Search.VALIDATION.id();
      } else if (folds.fewest() > 1) {
        strength = folds.strength();
        chosenBy = Search.FOLDS.id();
      }
      fitting.chosen("strength", strength);
      fitting.chosen(Search.BY, chosenBy);
      try (LinearProbe probe =
          LinearProbe.fit(train.features(), labels, classNames.size(), strength)) {
        return new Learned(this, classNames, probe.stored());
      }
    }
  }

  @Override
  public FeatureClassifier classifier(Clip clip, Learned learned, List<String> classNames) {
    return LinearProbe.of(clip, learned);
  }

  @Override
  public Optional<String> bound() {
    return Optional.of("it knows only the classes that it has seen and");
  }

  private static double bestOn(
      Tensor features, int[] labels, LabelledFeatures validation, int classes) {
    double best = DEFAULT_STRENGTH;
    int most = -1;
    for (double strength : ProbeFolds.STRENGTHS) {
      try (Scope scope = Scope.open("probe");
          LinearProbe probe = LinearProbe.fit(features, labels, classes, strength)) {
        int right = probe.correct(validation.features(), validation.labelArray());
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
