package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Underscores;
import org.kgcoop.fixtures.FixedFitting;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Head;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class ClapTest {
  private static final List<String> NAMES = List.of("cat", "St. Bernard", "ice_cream", "x");
  private static final TemplateEnsemble TEXTS =
      new TemplateEnsemble(List.of("a photo of a {}.", "the {}"), Underscores.KEEP);

  private final Clip clip = TinyClip.load();

  @AfterEach
  void close() {
    clip.close();
  }

  /**
   * Creates a context with three images of the first class, one of the second and of the third, and
   * none of the last.
   */
  private FixedFitting context() {
    return new FixedFitting(clip, NAMES, 3, List.of(0, 2, 0, 1, 0));
  }

  private static float[] buffer(TrainableModel model, String name) {
    return Objects.requireNonNull(model.buffers().get(name), name).toFloats();
  }

  private static double loss(Step step, String name) {
    return Objects.requireNonNull(step.losses().get(name), name);
  }

  private static Batch batch() {
    return new Batch(TinyClip.features(3), Tensor.of(new long[] {2, 0, 1}, 3));
  }

  @Test
  void aMultiplierIsTheMeanZeroShotProbabilityOfTheClassOverAllViewsOfItsImages() {
    Clap method = new Clap(TEXTS, true);
    try (Scope scope = Scope.open("test");
        TrainableModel model = method.model(context())) {
      float[] text = TEXTS.raw(clip, NAMES).unitRows().toFloats();
      LabeledViews views = context().views(method);
      float[] raw = views.features().toFloats(); // (3, 5, 12)
      double[] sums = new double[4];
      int[] counts = new int[4];
      for (int row = 0; row < 15; row++) {
        double squares = 0;
        double[] dots = new double[4];
        for (int e = 0; e < 12; e++) {
          squares += raw[12 * row + e] * raw[12 * row + e];
          for (int c = 0; c < 4; c++) {
            dots[c] += raw[12 * row + e] * text[12 * c + e];
          }
        }
        double all = 0;
        for (int c = 0; c < 4; c++) {
          dots[c] = Math.exp(clip.logitScale() * dots[c] / Math.sqrt(squares));
          all += dots[c];
        }
        int label = views.labels().get(row % 5);
        sums[label] += dots[label] / all;
        counts[label]++;
      }
      float[] found = buffer(model, "multipliers");
      for (int c = 0; c < 3; c++) {
        assertThat((double) found[c]).isCloseTo(sums[c] / counts[c], within(1e-5));
      }
      // A class without images has no evidence against its text, so its multiplier is 1.
      assertThat(found[3]).isEqualTo(1);
    }
  }

  @Test
  void theConstraintIsTheWeighedMeanOfTheSquaredDistancesFromTheTexts() {
    try (Scope scope = Scope.open("test");
        TrainableModel model = new Clap(TEXTS, true).model(context())) {
      assertThat(loss(model.step(batch()), "constraint")).isZero();
      Tensor prototypes = Objects.requireNonNull(model.parameters().get("prototypes"));
      prototypes.copy_(TinyClip.normal(5, 1, 4, 12));
      float[] w = prototypes.toFloats();
      float[] base = buffer(model, "base_text_features");
      float[] multipliers = buffer(model, "multipliers");
      double expected = 0;
      for (int i = 0; i < w.length; i++) {
        expected += multipliers[i / 12] * Math.pow(w[i] - base[i], 2) / 4;
      }
      Step step = model.step(batch());
      assertThat(loss(step, "constraint")).isCloseTo(expected, within(1e-4 * expected));
      assertThat(loss(step, "loss"))
          .isCloseTo(
              loss(step, "cross_entropy") + loss(step, "constraint"), within(1e-5 * expected));
      assertThat(step.losses().keySet()).containsExactly("loss", "cross_entropy", "constraint");
    }
  }

  @Test
  void withoutTheConstraintItIsZsLpAndAsksForNoView() {
    Clap method = new Clap(TEXTS, false);
    assertThat(method.id()).isEqualTo("zs-lp");
    assertThat(method.title()).isEqualTo("ZS-LP");
    try (Scope scope = Scope.open("test");
        TrainableModel model = method.model(new FixedFitting(clip, NAMES, 0, List.of()))) {
      assertThat(model.step(batch()).losses().keySet()).containsExactly("loss");
      assertThat(model.buffers().keySet()).containsExactly("base_text_features");
      assertThat(Objects.requireNonNull(model.parameters().get("prototypes")).toFloats())
          .isEqualTo(TEXTS.raw(clip, NAMES).toFloats());
    }
  }

  @Test
  void restoredItGivesTheLogitsOfTheLearner() {
    Clap method = new Clap(TEXTS, true);
    try (Scope scope = Scope.open("test");
        TrainableModel model = method.model(context())) {
      Tensor moved = TinyClip.normal(5, 1, 4, 12);
      Objects.requireNonNull(model.parameters().get("prototypes")).copy_(moved);
      FittedMethod learned =
          new FittedMethod(
              method, NAMES, Map.of("prototypes", StoredTensor.of("prototypes", moved)));
      Tensor features = TinyClip.features(5);
      try (Head classifier = learned.classifier(clip, NAMES)) {
        assertThat(classifier.logits(features).toFloats())
            .isEqualTo(model.logits(features).toFloats());
      }
      assertThatThrownBy(() -> learned.classifier(clip, List.of("dog")))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("CLAP: a prototype of each class cannot be used on new classes");
    }
  }

  @Test
  void rejectsAnUnknownConstraint() {
    assertThatThrownBy(() -> Clap.DECLARATION.parse(SettingValues.of("constraint", "cosine")))
        .isInstanceOf(KgCoopException.class)
        .hasMessage("CLAP's constraint 'cosine': expected l2, or none, which is ZS-LP");
  }
}
