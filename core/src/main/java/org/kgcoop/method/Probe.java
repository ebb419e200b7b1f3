package org.kgcoop.method;

import java.util.List;
import java.util.Optional;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.setting.Declaration;
import org.kgcoop.method.setting.Declaration.Need;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The linear probe as a method to compare with: an L2-regularized logistic regression on image
 * features, whose C is the best on the validation images or, where there are none, over folds of
 * the shots. It knows the classes that it has seen and no other.
 */
public record Probe() implements Method {
  public static final String ID = "probe";

  public static final Declaration<Method> DECLARATION =
      Declaration.of(Probe.class, ID, "Linear probe")
          .says(
              "Logistic regression on image features, without any text.",
              "W, b minimize |W|^2 / 2 + C sum of cross-entropies of W f + b; C is searched for")
          .published(
              "Radford et al., Learning Transferable Visual Models From Natural Language"
                  + " Supervision, ICML 2021, section 3.2",
              "https://github.com/openai/CLIP")
          .needs(Need.VALIDATION_IMAGES)
          .made(values -> new Probe());

  /** C if most classes have a single image: the middle of those that are tried. */
  static final double DEFAULT_STRENGTH = 10;

  @Override
  public Declaration<Method> declaration() {
    return DECLARATION;
  }

  @Override
  public FittedMethod fit(FitContext context) {
    List<String> classNames = context.classNames();
    try (Scope scope = Scope.open("probe")) {
      LabeledFeatures train = context.train();
      int[] labels = train.labelArray();
      ProbeFolds folds =
          new ProbeFolds(train.features(), train.labels(), context.groups(), classNames.size());
      Optional<LabeledFeatures> validation = context.validation();
      double strength = DEFAULT_STRENGTH;
      String chosenBy = SelectionData.DEFAULT;
      if (validation.isPresent()) {
        strength = bestOn(train.features(), labels, validation.get(), classNames.size());
        chosenBy = SelectionData.VALIDATION.id();
      } else if (folds.holdMost()) {
        strength = folds.strength();
        chosenBy = SelectionData.FOLDS.id();
      }
      context.chosen("strength", strength);
      context.chosen(SelectionData.BY, chosenBy);
      try (LinearProbe probe =
          LinearProbe.fit(train.features(), labels, classNames.size(), strength)) {
        return new FittedMethod(this, classNames, probe.stored());
      }
    }
  }

  @Override
  public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    return LinearProbe.of(clip, learned);
  }

  @Override
  public Optional<String> bound() {
    return Optional.of("it knows only the classes that it has seen and");
  }

  private static double bestOn(
      Tensor features, int[] labels, LabeledFeatures validation, int classes) {
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
}
