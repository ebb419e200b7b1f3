package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.kgcoop.method.TipAdapterTest.asked;
import static org.kgcoop.method.TipAdapterTest.labels;
import static org.kgcoop.method.TipAdapterTest.views;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Tests the solver, and what the strength of a probe is chosen by. */
class ProbeTest {
  /** Two images near each of three directions in the plane. */
  private static final float[] FEATURES = {
    1, 0, 0.96f, 0.28f, 0, 1, -0.28f, 0.96f, -0.6f, -0.8f, -0.8f, -0.6f
  };

  private static final int[] LABELS = {0, 0, 1, 1, 2, 2};

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
    assertThat(strength(validation)).isIn(Probe.STRENGTHS);
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
            Probe.fit(context.train().features(), context.train().labelArray(), 3, 3, () -> {})) {
      assertThat(head.logits(other.features()).toFloats())
          .isEqualTo(expected.logits(other.features()).toFloats());
      assertThat(head.logits(other.features()).argmax(1).toLongs())
          .containsExactly(0, 0, 0, 1, 1, 1, 2, 2, 2);
    }
    assertThat(context.chosen).isEmpty();
  }

  /**
   * Two classes have one image each, at +1 and -1. By symmetry, W = (w, -w) and b = 0. The
   * derivative of w^2 + 2 C log(1 + exp(-2 w)) is zero at w = 2 C / (1 + exp(2 w)).
   */
  @Test
  void solvesAProblemThatHasAFormula() {
    double strength = 3;
    double w = 1;
    for (int i = 0; i < 200; i++) { // Newton's method
      double sigma = 1 / (1 + Math.exp(2 * w));
      double f = w - 2 * strength * sigma;
      w -= f / (1 + 4 * strength * sigma * (1 - sigma));
    }
    try (Scope scope = Scope.open("test");
        FixedHead probe =
            Probe.fit(
                Tensor.of(new float[] {1, -1}, 2, 1), new int[] {0, 1}, 2, strength, () -> {})) {
      float[] logits = probe.logits(Tensor.of(new float[] {1}, 1, 1)).toFloats();
      assertThat(logits[0] - logits[1]).isCloseTo((float) (2 * w), within(1e-4f));
      assertThat(logits[0] + logits[1]).isCloseTo(0f, within(1e-4f));
    }
  }

  @Test
  void findsClassesThatLieApart() {
    try (Scope scope = Scope.open("test")) {
      Tensor features = Tensor.of(FEATURES, 6, 2);
      try (FixedHead probe = Probe.fit(features, LABELS, 3, 100, () -> {})) {
        assertThat(probe.logits(features).argmax(1).toLongs()).containsExactly(0, 0, 1, 1, 2, 2);
      }
    }
  }

  @Test
  void learnsOnlyFrequenciesFromWeakData() {
    int[] labels = {0, 0, 0, 0, 1, 1};
    try (Scope scope = Scope.open("test");
        FixedHead probe = Probe.fit(Tensor.of(FEATURES, 6, 2), labels, 2, 1e-4, () -> {})) {
      float[] logits = probe.logits(Tensor.of(new float[] {0, 1}, 1, 2)).toFloats();
      // The biases are not regularized, so their difference is log 4/2. The small loss limits the
      // precision.
      assertThat(logits[0] - logits[1]).isCloseTo((float) Math.log(2), within(0.02f));
    }
  }

  @Test
  void anInterruptionEndsTheFit() {
    KgCoopException interruption =
        new KgCoopException(KgCoopException.Category.INTERRUPTED, "the time is up");
    AtomicInteger evaluations = new AtomicInteger();
    try (Scope scope = Scope.open("test")) {
      assertThatThrownBy(
              () ->
                  Probe.fit(
                      Tensor.of(FEATURES, 6, 2),
                      LABELS,
                      3,
                      100,
                      () -> {
                        if (evaluations.incrementAndGet() == 3) {
                          throw interruption;
                        }
                      }))
          .isSameAs(interruption);
      assertThat(evaluations).hasValue(3);
    }
  }
}
