package org.kgcoop.method;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.setting.Declaration;
import org.kgcoop.method.setting.Setting;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Scope;

/**
 * Linear probe as a method for comparison: an L2-regularized logistic regression on image features.
 * Its strength C is selected by cross-validation on the few-shot sample or with the validation
 * images. It supports only the classes that it has learned.
 *
 * @param search the images that C is selected with
 */
public record Probe(SelectionData search) implements Method {
  public static final String ID = "probe";

  private static final Setting<SelectionData> SEARCH =
      SelectionData.setting("The images that choose C; none: C is 10");

  public static final Declaration<Method> DECLARATION =
      Declaration.of(Probe.class, ID, "Linear probe")
          .says(
              "Logistic regression on image features, without any text.",
              "W, b minimize |W|^2 / 2 + C sum of cross-entropies of W f + b; C is searched for")
          .published(
              "Radford et al., Learning Transferable Visual Models From Natural Language"
                  + " Supervision, ICML 2021, section 3.2",
              "https://github.com/openai/CLIP")
          .setting(SEARCH, Probe::search)
          .made(values -> new Probe(values.get(SEARCH)));

  /** C if it is not selected: the middle of the grid. */
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
      ProbeSearch folds =
          new ProbeSearch(train.features(), train.labels(), context.groups(), classNames.size());
      Optional<LabeledFeatures> validation = search.validation(context);
      double strength = DEFAULT_STRENGTH;
      String chosenBy = SelectionData.DEFAULT;
      if (validation.isPresent()) {
        strength = folds.strengthOn(validation.get());
        chosenBy = SelectionData.VALIDATION.id();
      } else if (search != SelectionData.NONE && folds.foldsHoldMost()) {
        strength = folds.strength();
        chosenBy = SelectionData.FOLDS.id();
      }
      context.chosen("strength", strength);
      context.chosen(SelectionData.BY, chosenBy);
      try (FixedHead.Linear probe =
          LinearProbe.fit(train.features(), labels, classNames.size(), strength)) {
        return new FittedMethod(
            this,
            classNames,
            LinearProbe.stored(probe.weight(), Objects.requireNonNull(probe.bias())));
      }
    }
  }

  @Override
  public Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    return LinearProbe.of(clip, learned);
  }

  @Override
  public Optional<String> closedClassReason() {
    return Optional.of("it knows only the classes that it has seen and");
  }
}
