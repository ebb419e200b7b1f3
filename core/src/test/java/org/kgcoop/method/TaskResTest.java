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
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class TaskResTest {
  private static final List<String> NAMES = List.of("cat", "St. Bernard", "ice_cream");
  private static final TemplateEnsemble TEXTS =
      new TemplateEnsemble(List.of("a photo of a {}.", "the {}"), Underscores.KEEP);
  private static final TaskRes METHOD = new TaskRes(TEXTS, 0.7);
  private static final String RESIDUALS = "text_feature_residuals";

  private final Clip clip = TinyClip.load();

  @AfterEach
  void close() {
    clip.close();
  }

  private static FittedMethod learned(Tensor residuals) {
    return new FittedMethod(
        METHOD, NAMES, Map.of(RESIDUALS, StoredTensor.of(RESIDUALS, residuals)));
  }

  @Test
  void aResidualOfZeroIsTheUnitRawMean() {
    try (TrainableModel model = METHOD.model(new FixedFitting(clip, NAMES));
        Head fixed = model.toHead();
        Scope scope = Scope.open("test")) {
      assertThat(model.parameters().keySet()).containsExactly(RESIDUALS);
      assertThat(fixed.classFeatures().orElseThrow().toFloats())
          .containsExactly(TEXTS.raw(clip, NAMES).unitRows().toFloats(), within(1e-6f));
    }
  }

  @Test
  void classifiesByTheBasePlusTheWeightedResidual() {
    try (Scope scope = Scope.open("test")) {
      Tensor residuals = TinyClip.normal(4, 0.5, 3, 12);
      float[] base = TEXTS.raw(clip, NAMES).toFloats();
      float[] x = residuals.toFloats();
      try (Head classifier = learned(residuals).classifier(clip, NAMES)) {
        float[] found = classifier.classFeatures().orElseThrow().toFloats();
        for (int c = 0; c < 3; c++) {
          double squares = 0;
          for (int e = 0; e < 12; e++) {
            squares += Math.pow(base[12 * c + e] + 0.7 * x[12 * c + e], 2);
          }
          for (int e = 0; e < 12; e++) {
            assertThat((double) found[12 * c + e])
                .isCloseTo(
                    (base[12 * c + e] + 0.7 * x[12 * c + e]) / Math.sqrt(squares), within(1e-5));
          }
        }
      }
    }
  }

  @Test
  void restoredItGivesTheLogitsOfTheLearner() {
    try (TrainableModel model = METHOD.model(new FixedFitting(clip, NAMES));
        Scope scope = Scope.open("test")) {
      Tensor residuals = TinyClip.normal(4, 0.5, 3, 12);
      Objects.requireNonNull(model.parameters().get(RESIDUALS)).copy_(residuals);
      Tensor features = TinyClip.features(5);
      try (Head classifier = learned(residuals).classifier(clip, NAMES);
          Head some = learned(residuals).classifier(clip, List.of("ice cream", "cat"))) {
        Tensor logits = model.logits(features);
        assertThat(classifier.logits(features).toFloats()).isEqualTo(logits.toFloats());
        assertThat(some.logits(features).select(1, 0).toFloats())
            .isEqualTo(logits.select(1, 2).toFloats());
      }
    }
  }

  @Test
  void rejectsNewClassesAndAnotherWidth() {
    try (Scope scope = Scope.open("test");
        Clip other = TinyClip.smallest()) {
      FittedMethod learned = learned(TinyClip.normal(4, 0.5, 3, 12));
      assertThatThrownBy(() -> learned.classifier(clip, List.of("cat", "dog")))
          .isInstanceOf(KgCoopException.class)
          .hasMessage(
              "TaskRes: a residual of each class cannot be used on new classes, such as 'dog'; its"
                  + " own are 3. For other names, train a method such as kgcoop");
      assertThatThrownBy(() -> learned.classifier(other, NAMES))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining(
              "TaskRes: learned tensor 'text_feature_residuals' is FLOAT32(3, 12), expected [3,"
                  + " 4]");
    }
  }

  @Test
  void rejectsAnAlphaThatIsNoWeight() {
    for (double alpha : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> TaskRes.DECLARATION.parse(SettingValues.of("alpha", alpha)))
          .isInstanceOf(KgCoopException.class)
          .hasMessage("setting alpha: expected above 0, got " + alpha);
    }
  }
}
