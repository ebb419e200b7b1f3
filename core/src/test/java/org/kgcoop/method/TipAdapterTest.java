package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.kgcoop.fixtures.Losses.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
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
import org.kgcoop.model.Batch;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Tip-Adapter and Tip-Adapter-F with given features. */
class TipAdapterTest {
  private static final int WIDTH = 12; // of TinyClip

  private final Clip clip = TinyClip.load();

  @AfterEach
  void close() {
    clip.close();
  }

  /** Parses the settings of a method from JSON with single quotes. */
  private static Method method(String settings) {
    try {
      return MethodRegistry.parse(
          SettingValues.fromJson(new ObjectMapper().readTree(settings.replace('\'', '"'))));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(settings, e);
    }
  }

  private static Method small(String id, String more) {
    return method(
        "{'method':'%s','views':2,'search_scale':[4,3],'search_step':[5,4]%s}".formatted(id, more));
  }

  /** Creates features of two views per image, near a direction of its class. */
  static LabeledViews views(int seed, List<Integer> labels) {
    int count = labels.size();
    float[] noise = TinyClip.normal(seed, 0.4, 2, count, WIDTH).toFloats();
    for (int i = 0; i < noise.length; i++) {
      int label = labels.get(i / WIDTH % count);
      noise[i] += i % WIDTH == label % WIDTH || i % WIDTH == (label * 5 + 3) % WIDTH ? 3 : 0;
    }
    return new LabeledViews(Tensor.of(noise, 2, count, WIDTH), labels);
  }

  static LabeledFeatures asked(int seed, List<Integer> labels) {
    return new LabeledFeatures(views(seed, labels).features().select(0, 0).unitRows(), labels);
  }

  /** Returns labels for the given numbers of images per class. */
  static List<Integer> labels(int... images) {
    return IntStream.range(0, images.length)
        .boxed()
        .flatMap(c -> IntStream.range(0, images[c]).mapToObj(i -> c))
        .toList();
  }

  private GivenFitContext context(LabeledViews views, int classes, boolean validation) {
    List<Integer> of = IntStream.range(0, 3 * classes).mapToObj(i -> i % classes).toList();
    return new GivenFitContext(
        clip, classes, views, validation ? Optional.of(asked(8, of)) : Optional.empty());
  }

  private static double product(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }

  /** The labels of images in mixed order. Class 1 has no image. */
  private static final List<Integer> MIXED = List.of(2, 0, 2, 3, 0, 2, 3);

  @Test
  void logitsAreThoseOfTheFormula() {
    Method method = small(TipAdapter.ID, ",'alpha':2,'beta':3,'select_on':'none','scale':7");
    try (Scope scope = Scope.open("test")) {
      LabeledViews views = views(1, MIXED);
      GivenFitContext context = context(views, 4, false);
      FittedMethod learned = context.fit(method);
      double[][] f = rows(asked(2, labels(2, 2, 2, 2)).features());
      double[][] raw = rows(views.features().reshape(-1, WIDTH));
      double[][] texts =
          rows(new ZeroShot(List.of("a photo of a {}.")).classFeatures(clip, learned.classNames()));
      double[][] expected = new double[f.length][4];
      for (int b = 0; b < f.length; b++) {
        for (int c = 0; c < 4; c++) {
          expected[b][c] = 7 * product(f[b], texts[c]);
        }
        for (int n = 0; n < MIXED.size(); n++) {
          double[] key = new double[WIDTH];
          for (int e = 0; e < WIDTH; e++) {
            key[e] = (raw[n][e] + raw[MIXED.size() + n][e]) / 2;
          }
          double norm = Math.sqrt(product(key, key));
          expected[b][MIXED.get(n)] += 2 * Math.exp(-3 * (1 - product(f[b], key) / norm));
        }
      }
      try (Head classifier = learned.classifier(clip, learned.classNames())) {
        double[][] logits = rows(classifier.logits(asked(2, labels(2, 2, 2, 2)).features()));
        for (int b = 0; b < f.length; b++) {
          assertThat(logits[b]).containsExactly(expected[b], within(1e-4));
        }
        assertThat(classifier.classFeatures()).isEmpty(); // logits also depend on the keys
      }
      assertThat(context.chosen).isEmpty();
      assertThat(learned.method()).isEqualTo(method);
    }
  }

  @Test
  void theGradientOfKeysIsThatOfFiniteDifferences() {
    Method method = small(TipAdapterF.ID, ",'alpha':2,'beta':1.5,'scale':5");
    try (Scope scope = Scope.open("test");
        TrainableModel model =
            method.trained().orElseThrow().model(context(views(1, MIXED), 4, false))) {
      LabeledFeatures images = asked(3, labels(1, 1, 1, 2));
      Batch batch = new Batch(images.features(), Tensor.of(new long[] {0, 1, 2, 3, 3}, 5));
      Tensor keys = model.parameters().values().iterator().next();
      float[] start = keys.toFloats();
      float[] gradient = model.step(batch).gradients().get(0).toFloats();
      assertThat(model.parameters().keySet()).containsExactly("weight");
      for (int i = 0; i < start.length; i += 5) {
        double[] losses = new double[2];
        for (int side = 0; side < 2; side++) {
          float[] moved = start.clone();
          moved[i] += side == 0 ? 1e-2f : -1e-2f;
          keys.copy_(Tensor.of(moved, keys.shape()).detach());
          losses[side] = model.step(batch).losses().values().iterator().next();
        }
        assertThat((double) gradient[i]).isCloseTo((losses[0] - losses[1]) / 2e-2, within(2e-3));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TipAdapter.ID, TipAdapterF.ID})
  void classifiesWithTheChosenSettings(String id) {
    try (Scope scope = Scope.open("test")) {
      GivenFitContext context = context(views(1, labels(3, 3, 3)), 3, true);
      FittedMethod learned = context.fit(small(id, ",'select_on':'validation'"));
      FittedMethod read =
          new FittedMethod(
              MethodRegistry.parse(learned.method().settingValues()),
              learned.classNames(),
              learned.tensors());
      assertThat(read.method()).isEqualTo(learned.method());
      CacheSettings found =
          read.method() instanceof TipAdapterF trained
              ? trained.settings()
              : ((TipAdapter) read.method()).settings();
      assertThat(context.chosen)
          .containsExactly(
              Map.entry("alpha", found.alpha()),
              Map.entry("beta", found.beta()),
              Map.entry("by", "validation"));
      LabeledFeatures asked = asked(8, labels(3, 3, 3));
      try (Head a = learned.classifier(clip, learned.classNames());
          Head b = read.classifier(clip, learned.classNames());
          Head some = read.classifier(clip, List.of("class 2", "class 0"))) {
        assertThat(b.logits(asked.features()).toFloats())
            .isEqualTo(a.logits(asked.features()).toFloats());
        assertThat(some.logits(asked.features()).select(1, 0).toFloats())
            .isEqualTo(a.logits(asked.features()).select(1, 2).toFloats());
      }
      assertThatThrownBy(() -> read.classifier(clip, List.of("other")))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("cannot be used on new classes");
    }
  }

  /** A search by folds ignores the labels of validation images, which are all wrong here. */
  @ParameterizedTest
  @ValueSource(strings = {TipAdapter.ID, TipAdapterF.ID})
  void usesNoValidationLabelForFolds(String id) {
    try (Scope scope = Scope.open("test")) {
      LabeledViews views = views(1, labels(4, 4, 4));
      LabeledFeatures wrong =
          new LabeledFeatures(asked(8, labels(2, 2, 2)).features(), labels(0, 3, 3));
      GivenFitContext with = new GivenFitContext(clip, 3, views, Optional.of(wrong));
      GivenFitContext without = new GivenFitContext(clip, 3, views, Optional.empty());
      FittedMethod byFolds = with.fit(small(id, ",'select_on':'folds'"));
      FittedMethod forWantOfImages = without.fit(small(id, ""));
      assertThat(with.chosen).isEqualTo(without.chosen).containsEntry("by", "folds");
      assertThat(byFolds.classNames()).isEqualTo(forWantOfImages.classNames());
      byFolds
          .tensors()
          .forEach(
              (name, tensor) ->
                  assertThat(tensor.tensor().toBytes())
                      .isEqualTo(forWantOfImages.value(name).toBytes()));
      // Trained keys depend on all training images, so beta is chosen by folds before training.
      for (TrainedMethod trained : with.trained) {
        assertThat(((TipAdapterF) trained).settings().beta()).isEqualTo(with.chosen.get("beta"));
      }
    }
  }

  @Test
  void choosesNothingForSingleImages() {
    try (Scope scope = Scope.open("test")) {
      GivenFitContext context = context(views(1, labels(1, 1, 1)), 3, false);
      FittedMethod learned = context.fit(small(TipAdapter.ID, ",'alpha':2.5,'beta':1.5"));
      assertThat(context.chosen)
          .containsExactly(
              Map.entry("alpha", 2.5), Map.entry("beta", 1.5), Map.entry("by", "default"));
      assertThat(learned.method()).isEqualTo(small(TipAdapter.ID, ",'alpha':2.5,'beta':1.5"));
    }
  }

  @Test
  void theImageOfAClassThatHasNoOtherIsNeverHeldOut() {
    List<Integer> labels = List.of(0, 1, 1, 2, 2, 2, 2, 2, 2);
    Folds folds = new Folds(labels, List.of());
    assertThat(folds.count()).isEqualTo(4);
    List<Integer> out = new ArrayList<>();
    for (int held = 0; held < folds.count(); held++) {
      int[] kept = folds.without(held);
      assertThat(IntStream.of(kept).mapToObj(labels::get)).contains(0, 1, 2);
      IntStream.of(folds.of(held)).forEach(out::add);
      assertThat(kept).doesNotContain(folds.of(held));
    }
    assertThat(out).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(new Folds(List.of(0, 1, 2), List.of()).count()).isZero();
    assertThat(new Folds(List.of(0, 0), List.of()).count()).isEqualTo(2);
  }

  @Test
  void theFirstBestPointWinsWithBetaOutermostAndTheTopIsNeverTried() {
    CacheGrid grid = new CacheGrid(List.of(4.1, 2.1), List.of(4, 2));
    CacheGrid.Weights best = grid.best(new long[] {1, 2, 3, 1, 3, 3, 0, 2});
    assertThat(best.beta()).isEqualTo(1 * (4.1 - 0.1) / 4 + 0.1);
    assertThat(best.alpha()).isEqualTo(0.1);
    CacheGrid.Weights last = grid.best(new long[] {0, 0, 0, 0, 0, 0, 0, 1});
    assertThat(last.beta()).isCloseTo(3.1, within(1e-12));
    assertThat(last.alpha()).isCloseTo(1.1, within(1e-12));
  }

  @Test
  void theSearchCountsWhatTheCacheOfEachPointPredicts() {
    try (Scope scope = Scope.open("test")) {
      FittedMethod learned =
          context(views(1, MIXED), 4, false).fit(small(TipAdapter.ID, ",'select_on':'none'"));
      CacheSettings settings = ((TipAdapter) learned.method()).settings();
      // There are more images than one part of the computation contains.
      List<Integer> many = IntStream.range(0, 600).mapToObj(i -> i * 7 % 4).toList();
      LabeledFeatures asked = asked(5, many);
      Tensor keys = learned.value("keys");
      int[] labels = MIXED.stream().mapToInt(Integer::intValue).toArray();
      FixedHead.Linear texts = settings.texts(clip, learned.classNames());
      KeyCache cache = KeyCache.of(settings, texts, keys, labels);
      long[] counts =
          cache.correct(settings.grid(), asked.features(), asked.labelArray(), () -> {});
      assertThatThrownBy(
              () ->
                  cache.correct(
                      settings.grid(),
                      asked.features(),
                      asked.labelArray(),
                      () -> {
                        throw new IllegalStateException("time is up");
                      }))
          .hasMessage("time is up");
      for (int i = 0; i < counts.length; i++) {
        long[] only = new long[counts.length];
        only[i] = 1;
        CacheGrid.Weights point = settings.grid().best(only);
        FixedHead head = KeyCache.of(settings.with(point), texts, keys, labels).head();
        assertThat(counts[i])
            .isEqualTo(LeaveOneOut.correct(head.logits(asked.features()), asked.labelArray()));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 5", "3, 1", "40, 2"})
  void anyNumberOfClassesIsLearned(int classes, int images) {
    try (Scope scope = Scope.open("test")) {
      int[] each = IntStream.range(0, classes).map(c -> images).toArray();
      GivenFitContext context = context(views(1, labels(each)), classes, false);
      FittedMethod learned = context.fit(small(TipAdapterF.ID, ""));
      try (Head classifier = learned.classifier(clip, learned.classNames())) {
        Tensor logits = classifier.logits(context.train().features());
        assertThat(logits.shape()).containsExactly((long) classes * images, classes);
        for (float value : logits.toFloats()) {
          assertThat(value).isFinite();
        }
      }
    }
  }

  /** The first class has one image, and the last class has 500. */
  @Test
  void classesOfVeryUnequalSizeAreLearned() {
    try (Scope scope = Scope.open("test")) {
      GivenFitContext context = context(views(1, labels(1, 2, 500)), 3, false);
      FittedMethod learned = context.fit(small(TipAdapter.ID, ""));
      assertThat(context.chosen).containsEntry("by", "folds");
      LabeledFeatures asked = asked(9, labels(0, 0, 50));
      try (Head classifier = learned.classifier(clip, learned.classNames())) {
        long[] found = classifier.logits(asked.features()).argmax(1).toLongs();
        assertThat(IntStream.range(0, 50).filter(i -> found[i] == 2)).hasSizeGreaterThan(40);
      }
    }
  }

  @Test
  void rejectsTensorsOfAnotherModel() {
    try (Scope scope = Scope.open("test")) {
      FittedMethod learned =
          context(views(1, MIXED), 4, false).fit(small(TipAdapter.ID, ",'select_on':'none'"));
      Map<String, StoredTensor> tensors =
          Map.of(
              "keys", StoredTensor.of("keys", Tensor.full(1, 7, 5)),
              "labels", StoredTensor.of("labels", learned.value("labels")));
      FittedMethod other = new FittedMethod(learned.method(), learned.classNames(), tensors);
      assertThatThrownBy(() -> other.classifier(clip, other.classNames()))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("'keys' is FLOAT32(7, 5), with 7 labels")
          .hasMessageContaining("keys of width 12");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "'select_on':'test'; setting select_on: expected validation, folds or none, got 'test'",
        "'views':-1; views: expected 0 to 1,000, got -1",
        "'alpha':-1; alpha: expected at least 0, got -1",
        "'scale':'mine'; setting scale: expected a number",
        "'search_scale':[7]; setting search_scale: expected two numbers",
        "'search_scale':[0.1,3]; search_scale: expected both above 0.1",
        "'search_step':[2.5,3]; setting search_step: expected two whole numbers",
        "'search_step':[0,3]; search_step: expected 1 to 10,000 of each",
        "'crop_scale':[1,0.5]; expected areas in rising order"
      })
  void rejectsBadSettings(String setting, String message) {
    assertThatThrownBy(() -> method("{'method':'tip-adapter-f'," + setting.strip() + "}"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining(message.strip());
  }

  @Test
  void theScaleOfTheModelIsItsOwn() {
    Method method = small(TipAdapter.ID, ",'alpha':0,'select_on':'none','scale':'model'");
    assertThat(MethodRegistry.parse(method.settingValues())).isEqualTo(method);
    try (Scope scope = Scope.open("test")) {
      FittedMethod learned = context(views(1, MIXED), 4, false).fit(method);
      Tensor f = asked(2, labels(1, 1, 1, 1)).features();
      try (Head cache = learned.classifier(clip, learned.classNames());
          Head clipAlone =
              new ZeroShot(List.of("a photo of a {}.")).classifier(clip, learned.classNames())) {
        assertThat(cache.logits(f).toFloats())
            .containsExactly(clipAlone.logits(f).toFloats(), Offset.offset(1e-5f));
      }
    }
  }
}
