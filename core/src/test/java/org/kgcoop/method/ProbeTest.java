package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kgcoop.method.TipAdapterTest.asked;
import static org.kgcoop.method.TipAdapterTest.labels;
import static org.kgcoop.method.TipAdapterTest.views;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Scope;

/** Tests what the strength of a probe is chosen by, and compares its classifier with the solver. */
class ProbeTest {
  private static final List<Integer> NINE = labels(3, 3, 3);

  private final Clip clip = TinyClip.load();
  private final Scope scope = Scope.open("test");

  @AfterEach
  void close() {
    scope.close();
    clip.close();
  }

  private GivenFitContext context(List<Integer> labels, boolean validation) {
    Optional<LabeledFeatures> images = validation ? Optional.of(asked(8, NINE)) : Optional.empty();
    return new GivenFitContext(clip, 3, views(1, labels), images);
  }

  private static FittedMethod fit(GivenFitContext context, SelectionData search) {
    return context.fit(new Probe(OptionalDouble.empty(), search));
  }

  @Test
  void choosesTheStrengthByFoldsOrValidationImages() {
    GivenFitContext folds = context(NINE, false);
    FittedMethod fitted = fit(folds, SelectionData.FOLDS);
    assertThat(folds.chosen).containsEntry("by", "folds").containsKey("strength");
    assertThat(((Probe) fitted.method()).strength()).hasValue(strength(folds));

    GivenFitContext validation = context(NINE, true);
    FittedMethod unused = fit(validation, SelectionData.VALIDATION);
    assertThat(validation.chosen).containsEntry("by", "validation");
    assertThat(strength(validation)).isIn(ProbeSearch.STRENGTHS);
  }

  private static double strength(GivenFitContext context) {
    return (double) Objects.requireNonNull(context.chosen.get("strength"));
  }

  @Test
  void usesTheDefaultStrengthForOneImagePerClass() {
    GivenFitContext context = context(labels(1, 1, 1), false);
    FittedMethod unused = fit(context, SelectionData.FOLDS);
    assertThat(context.chosen)
        .containsEntry("by", "default")
        .containsEntry("strength", Probe.DEFAULT_STRENGTH);
  }

  @Test
  void classifiesAsTheSolverOfItsStrength() {
    GivenFitContext context = context(NINE, false);
    Probe probe = new Probe(OptionalDouble.of(3), SelectionData.FOLDS);
    LabeledFeatures other = asked(5, NINE);
    try (Head head = probe.classifier(clip, context.fit(probe), context.classNames());
        FixedHead expected =
            LinearProbe.fit(
                context.train().features(), context.train().labelArray(), 3, 3, () -> {})) {
      assertThat(head.logits(other.features()).toFloats())
          .isEqualTo(expected.logits(other.features()).toFloats());
      assertThat(head.logits(other.features()).argmax(1).toLongs())
          .containsExactly(0, 0, 0, 1, 1, 1, 2, 2, 2);
    }
    assertThat(context.chosen).isEmpty();
  }
}
