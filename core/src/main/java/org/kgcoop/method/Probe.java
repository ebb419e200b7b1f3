package org.kgcoop.method;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.kgcoop.clip.Clip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.settings.Declaration;
import org.kgcoop.tensor.Scope;

/**
 * Linear probe as a method for comparison: an L2-regularized logistic regression on image features.
 * Its strength C is selected by cross-validation on the few-shot sample or with the validation
 * images. It supports only the classes that it has learned.
 *
 * @param strength C; empty to select it
 * @param search the images that C is selected with
 */
public record Probe(OptionalDouble strength, SelectionData search) implements Method {
  public static final String ID = "probe";

  public static final Declaration<Method> DECLARATION =
      Declaration.of(Probe.class, ID, "Linear probe")
          .description(
              "Logistic regression on image features, without any text.",
              "W, b minimize |W|^2 / 2 + C sum of cross-entropies of W f + b; C is searched for")
          .published(
              "Radford et al., Learning Transferable Visual Models From Natural Language"
                  + " Supervision, ICML 2021, section 3.2",
              "https://github.com/openai/CLIP")
          .withoutTextEncoder()
          .boundBy("a linear probe")
          .settings(
              SharedSettings.chosen("strength", "Weight C of the cross-entropies"),
              SelectionData.setting("The images that choose C; none: C is 10"));

  /** C if it is not selected: the middle of the grid. */
  static final double DEFAULT_STRENGTH = 10;

  private static final String WEIGHT = "weight";
  private static final String BIAS = "bias";

  @Override
  public FittedMethod fit(FitContext context) {
    List<String> classNames = context.classNames();
    try (Scope scope = Scope.open("probe")) {
      LabeledFeatures train = context.train();
      int[] labels = train.labelArray();
      double found = strength.isPresent() ? strength.getAsDouble() : chosen(context, train);
      try (FixedHead.Linear probe =
          LinearProbe.fit(
              train.features(), labels, classNames.size(), found, context::checkInterrupted)) {
        return new FittedMethod(
            new Probe(OptionalDouble.of(found), search),
            classNames,
            StoredTensor.of(WEIGHT, probe.weight()),
            StoredTensor.of(BIAS, Objects.requireNonNull(probe.bias())));
      }
    }
  }

  private double chosen(FitContext context, LabeledFeatures train) {
    Folds folds = Folds.ofProbe(train.labels(), context.groups());
    ProbeSearch among =
        new ProbeSearch(train, folds, context.classNames().size(), context::checkInterrupted);
    Optional<LabeledFeatures> validation = search.validation(context);
    double chosen = DEFAULT_STRENGTH;
    String chosenBy = SelectionData.DEFAULT;
    if (validation.isPresent()) {
      chosen = among.strengthOn(validation.get());
      chosenBy = SelectionData.VALIDATION.id();
    } else if (search != SelectionData.NONE && folds.holdMost()) {
      chosen = among.strength();
      chosenBy = SelectionData.FOLDS.id();
    }
    context.chosen("strength", chosen);
    context.chosen(SelectionData.BY, chosenBy);
    return chosen;
  }

  @Override
  public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    int classes = learned.classNames().size();
    return FixedHead.copyOf(
        () ->
            new FixedHead.Linear(
                learned.value(clip, WEIGHT, classes, clip.config().embedDim()),
                learned.value(clip, BIAS, classes),
                1));
  }
}
