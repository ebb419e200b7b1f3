package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.kgcoop.method.TipAdapterTest.asked;
import static org.kgcoop.method.TipAdapterTest.labels;
import static org.kgcoop.method.TipAdapterTest.views;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.Head;
import org.kgcoop.model.Step;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class LpPlusPlusTest {
  private static final int WIDTH = 12; // of TinyClip

  private final Clip clip = TinyClip.load();

  @AfterEach
  void close() {
    clip.close();
  }

  private static SettingValues explicitSettings() {
    return SettingValues.of("method", LpPlusPlus.ID);
  }

  private static Tensor texts(int classes) {
    return TinyClip.normal(3, 1, classes, WIDTH).unitRows();
  }

  private static LpDescent descent(Tensor features, List<Integer> labels, boolean sums) {
    int[] array = labels.stream().mapToInt(Integer::intValue).toArray();
    return new LpDescent(
        features, array, texts(3), Tensor.of(new float[] {0.1f, 0, -0.2f}, 3), sums);
  }

  private static float[] value(LpDescent descent, String name) {
    return Objects.requireNonNull(descent.parameters().get(name), name).toFloats();
  }

  @Test
  void startAndRatesAreThoseOfTheFormulas() {
    try (Scope scope = Scope.open("test")) {
      List<Integer> labels = List.of(2, 0, 1, 1, 2, 0);
      Tensor features = asked(1, labels).features();
      float[] f = features.toFloats();
      float[] t = texts(3).toFloats();
      try (LpDescent descent = descent(features, labels, true)) {
        float[] weight = value(descent, "weight");
        double alpha = 0;
        double[] squares = new double[3];
        for (int e = 0; e < WIDTH; e++) {
          // The weight starts as the sum of the class's features, as published.
          assertThat(weight[e]).isCloseTo(f[WIDTH + e] + f[5 * WIDTH + e], within(1e-5f));
        }
        for (int i = 0; i < 6; i++) {
          for (int c = 0; c < 3; c++) {
            double product = 0;
            for (int e = 0; e < WIDTH; e++) {
              product += f[i * WIDTH + e] * t[c * WIDTH + e];
            }
            squares[c] += product * product;
            alpha += c == labels.get(i) ? product / 6 : 0;
          }
        }
        assertThat(descent.rates().initialAlpha()).isCloseTo(250 * alpha, within(1e-3));
        assertThat(value(descent, "alpha_vec"))
            .containsOnly((float) descent.rates().initialAlpha());
        double most = Math.max(squares[0], Math.max(squares[1], squares[2]));
        assertThat(descent.rates().alpha()).isCloseTo(6 / (4 * most), within(1e-4));
        assertThat(descent.rates().weight()).isCloseTo(4 * 6 / lambda(f), within(1e-4));
      }
    }
  }

  /** Computes the largest eigenvalue of F'F by power iteration. */
  private static double lambda(float[] f) {
    double[] v = IntStream.range(0, WIDTH).mapToDouble(e -> 1 + e % 3).toArray();
    double norm = 0;
    for (int round = 0; round < 500; round++) {
      double[] next = new double[WIDTH];
      for (int i = 0; i < f.length / WIDTH; i++) {
        double product = 0;
        for (int e = 0; e < WIDTH; e++) {
          product += f[i * WIDTH + e] * v[e];
        }
        for (int e = 0; e < WIDTH; e++) {
          next[e] += product * f[i * WIDTH + e];
        }
      }
      norm = 0;
      for (double value : next) {
        norm += value * value;
      }
      norm = Math.sqrt(norm);
      for (int e = 0; e < WIDTH; e++) {
        v[e] = next[e] / norm;
      }
    }
    return norm;
  }

  /** The published code never resets the gradient of alpha. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void alphaMovesAfterTenStepsByTheSumOfItsGradientsOrByTheLast(boolean sums) {
    try (Scope scope = Scope.open("test")) {
      List<Integer> labels = labels(3, 3, 3);
      try (LpDescent descent = descent(asked(1, labels).features(), labels, sums)) {
        float[] start = value(descent, "alpha_vec");
        double[] sum = new double[3];
        float[] last = new float[3];
        for (int step = 1; step <= 20; step++) {
          Step made = descent.step();
          last = made.gradients().get(2).toFloats();
          for (int c = 0; c < 3; c++) {
            sum[c] += last[c];
          }
          float[] now = value(descent, "alpha_vec");
          if (step % 10 == 0) {
            for (int c = 0; c < 3; c++) {
              double by = sums ? sum[c] : last[c];
              assertThat((double) now[c])
                  .isCloseTo(start[c] - descent.rates().alpha() * by, within(1e-3));
            }
            start = now;
          } else {
            assertThat(now).isEqualTo(start);
          }
        }
      }
    }
  }

  @Test
  void prefersTheLastOfEqualEpochs() {
    assertThat(LpPlusPlus.last(new long[] {1, 3, 2, 3, 0})).isEqualTo(4);
    assertThat(LpPlusPlus.last(new long[] {0, 0, 0})).isEqualTo(3);
  }

  private FittedMethod fit(GivenFitContext context, String search) {
    return context.fit(
        MethodRegistry.parse(explicitSettings().with("epochs", 12).with("select_on", search)));
  }

  @Test
  void validationImagesChooseTheEpochAndWhatWasLearnedAnswersAsItDid() {
    try (Scope scope = Scope.open("test")) {
      LabeledViews views = views(1, labels(4, 4, 4));
      LabeledFeatures asked = asked(8, labels(4, 4, 4));
      GivenFitContext context = new GivenFitContext(clip, 3, views, Optional.of(asked));
      FittedMethod learned = fit(context, "validation");
      assertThat(context.chosen).containsEntry("by", "validation").containsKey("epoch");
      assertThat(learned.tensors().keySet()).containsExactly("weight", "bias", "alpha_vec");
      FittedMethod read =
          new FittedMethod(
              MethodRegistry.parse(learned.method().settingValues()),
              learned.classNames(),
              learned.tensors());
      assertThat(read.method()).isEqualTo(learned.method());
      float[] w = learned.value("weight").toFloats();
      float[] b = learned.value("bias").toFloats();
      float[] a = learned.value("alpha_vec").toFloats();
      float[] t =
          new ZeroShot(List.of("a photo of a {}."))
              .classFeatures(clip, learned.classNames())
              .toFloats();
      float[] f = asked.features().toFloats();
      try (Head classifier = read.classifier(clip, read.classNames())) {
        float[] logits = classifier.logits(asked.features()).toFloats();
        for (int i = 0; i < 12; i++) {
          for (int c = 0; c < 3; c++) {
            double expected = b[c];
            for (int e = 0; e < WIDTH; e++) {
              expected += f[i * WIDTH + e] * (w[c * WIDTH + e] + a[c] * t[c * WIDTH + e]);
            }
            assertThat((double) logits[i * 3 + c]).isCloseTo(expected, within(1e-3));
          }
        }
      }
    }
  }

  /** A search by folds ignores the labels of validation images, which are all wrong here. */
  @Test
  void usesNoValidationLabelForFolds() {
    try (Scope scope = Scope.open("test")) {
      LabeledViews views = views(1, labels(4, 4, 4));
      LabeledFeatures wrong =
          new LabeledFeatures(asked(8, labels(2, 2, 2)).features(), labels(0, 3, 3));
      GivenFitContext with = new GivenFitContext(clip, 3, views, Optional.of(wrong));
      GivenFitContext without = new GivenFitContext(clip, 3, views, Optional.empty());
      FittedMethod byFolds = fit(with, "folds");
      FittedMethod forWantOfImages = fit(without, "validation");
      assertThat(with.chosen).isEqualTo(without.chosen).containsEntry("by", "folds");
      assertThat(byFolds.value("weight").toFloats())
          .isEqualTo(forWantOfImages.value("weight").toFloats());
    }
  }

  @ParameterizedTest
  @CsvSource({"validation, default", "none, "})
  void keepsTheLastEpochForSingleImages(String search, @Nullable String by) {
    try (Scope scope = Scope.open("test")) {
      GivenFitContext context =
          new GivenFitContext(clip, 3, views(1, labels(1, 1, 1)), Optional.empty());
      FittedMethod unused = fit(context, search);
      assertThat(context.chosen).isEqualTo(by == null ? Map.of() : Map.of("epoch", 12, "by", by));
    }
  }

  /** If the initial weights were sums instead of means, the large class would dominate. */
  @Test
  void classesOfVeryUnequalSizeAreLearned() {
    try (Scope scope = Scope.open("test")) {
      LabeledViews views = views(1, labels(1, 5, 500));
      GivenFitContext context = new GivenFitContext(clip, 3, views, Optional.empty());
      FittedMethod learned =
          context.fit(MethodRegistry.parse(explicitSettings().with("epochs", 100)));
      LabeledFeatures asked = asked(9, labels(20, 20, 20));
      try (Head classifier = learned.classifier(clip, learned.classNames())) {
        long[] found = classifier.logits(asked.features()).argmax(1).toLongs();
        long right = IntStream.range(0, 60).filter(i -> found[i] == asked.labels().get(i)).count();
        assertThat(right).isGreaterThan(45);
      }
    }
  }

  @Test
  void oneClassAloneIsLearned() {
    try (Scope scope = Scope.open("test")) {
      GivenFitContext context = new GivenFitContext(clip, 1, views(1, labels(3)), Optional.empty());
      FittedMethod learned = fit(context, "validation");
      for (float value : learned.value("weight").toFloats()) {
        assertThat(value).isFinite();
      }
    }
  }

  @Test
  void rejectsWrongSettingsAndTensors() {
    assertThatThrownBy(() -> MethodRegistry.parse(explicitSettings().with("epochs", 0)))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("setting epochs: expected 1 to 100,000, got 0");
    try (Scope scope = Scope.open("test")) {
      Map<String, StoredTensor> tensors =
          Map.of("alpha_vec", StoredTensor.of("alpha_vec", Tensor.full(1, 1, 4)));
      FittedMethod other =
          new FittedMethod(MethodRegistry.parse(explicitSettings()), List.of("a", "b"), tensors);
      assertThatThrownBy(() -> other.classifier(clip, other.classNames()))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("'alpha_vec' is FLOAT32(1, 4), expected [1, 2]");
    }
  }
}
