package org.kgcoop.method;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToIntBiFunction;
import org.kgcoop.clip.Clip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.settings.Declaration;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Lbfgs;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Linear probe as a method for comparison: an L2-regularized logistic regression on image features,
 * without any text. It measures the accuracy that the features allow for classes with training
 * images. It supports only the classes that it has learned. Radford et al., "Learning Transferable
 * Visual Models From Natural Language Supervision", ICML 2021, section 3.2.
 *
 * <p>Weights W (C, E) and biases b (C) minimize {@code |W|^2 / 2 + strength * sum of the
 * cross-entropies of W f + b}. The biases are not regularized. The strength is selected by
 * cross-validation on the few-shot sample or with the validation images. Among equal strengths, the
 * weakest wins.
 *
 * @param strength the weight of the data relative to the regularization; empty to select it
 * @param search the images that the strength is selected with
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

  /** Strengths to try, in ascending order. */
  static final List<Double> STRENGTHS =
      List.of(0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0);

  /** The strength if it is not selected: the middle of the grid. */
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
          fit(train.features(), labels, classNames.size(), found, context::checkInterrupted)) {
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
    int classes = context.classNames().size();
    Optional<LabeledFeatures> validation = search.validation(context);
    double chosen = DEFAULT_STRENGTH;
    String chosenBy = SelectionData.DEFAULT;
    if (validation.isPresent()) {
      chosen = bestStrengthOn(validation.get(), train, classes, context::checkInterrupted);
      chosenBy = SelectionData.VALIDATION.id();
    } else if (search != SelectionData.NONE && folds.holdMost()) {
      chosen = bestStrength(train, folds, classes, context::checkInterrupted);
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

  /**
   * Returns the best strength over all folds. At least one class needs two images.
   *
   * @param check called before each evaluation of a loss; an exception ends the search
   */
  static double bestStrength(LabeledFeatures train, Folds folds, int classes, Runnable check) {
    return best(
        folds.count(),
        (strength, held) ->
            wrong(
                strength,
                train.part(folds.without(held)),
                train.part(folds.of(held)),
                classes,
                check));
  }

  /** Returns the best strength on other images, as {@link #bestStrength}. */
  private static double bestStrengthOn(
      LabeledFeatures heldOut, LabeledFeatures train, int classes, Runnable check) {
    return best(1, (strength, part) -> wrong(strength, train, heldOut, classes, check));
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

  private static int wrong(
      double strength,
      LabeledFeatures learned,
      LabeledFeatures heldOut,
      int classes,
      Runnable check) {
    int[] labels = heldOut.labelArray();
    try (FixedHead probe =
        fit(learned.features(), learned.labelArray(), classes, strength, check)) {
      return labels.length - correct(probe, heldOut.features(), labels);
    }
  }

  /**
   * Fits a probe. The caller closes it.
   *
   * @param features the features, (N, E), unit rows
   * @param labels the label of each row, 0 to classes - 1
   * @param strength C, the weight of the data relative to the regularization; above 0
   * @param check called before each evaluation of the loss; an exception ends the fit
   */
  static FixedHead.Linear fit(
      Tensor features, int[] labels, int classes, double strength, Runnable check) {
    try (Scope scope = Scope.open("linear probe")) {
      Tensor targets = Tensor.indices(labels).to(features.device());
      Tensor weight = Tensor.full(0, classes, features.size(1)).to(features.device()).parameter();
      Tensor bias = Tensor.full(0, classes).to(features.device()).parameter();
      Lbfgs.minimise(
          List.of(weight, bias),
          () -> {
            check.run();
            Tensor logits = Functions.linear(features, weight, bias);
            Tensor data = Functions.crossEntropy(logits, targets).times(strength * labels.length);
            return data.plus(weight.times(weight).sum().times(0.5));
          });
      return new FixedHead.Linear(weight.detach().keep(), bias.detach().keep(), 1);
    }
  }

  /**
   * Counts the correct predictions.
   *
   * @param features the features, (N, E), unit rows
   */
  static int correct(Head head, Tensor features, int[] labels) {
    try (Scope scope = Scope.open("probe");
        Autograd.Switch off = Autograd.off()) {
      return LeaveOneOut.correct(head.logits(features), labels);
    }
  }
}
