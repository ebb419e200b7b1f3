package org.kgcoop.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Item;
import org.kgcoop.eval.Calibration;
import org.kgcoop.eval.Calibration.Origin;
import org.kgcoop.eval.ProbabilityMetrics;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.image.Images;
import org.kgcoop.method.Method;
import org.kgcoop.method.TaskContext;
import org.kgcoop.model.Head;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.CalibrationResult;
import org.kgcoop.runs.CalibrationResult.Reliability;
import org.kgcoop.runs.RunResults;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Scope;

class CalibrationFitTest {
  private static final List<String> CLASSES = List.of("a", "b", "c", "d");

  /** With a random CLIP, prompts are no better than guessing. TaskRes is better. */
  private static Method taskRes(TaskContext task) {
    return MethodRegistry.parse(SettingValues.of("method", "taskres"));
  }

  private final TinyLab lab = new TinyLab();
  private final List<String> warnings = new ArrayList<>();
  @TempDir Path folder;

  @AfterEach
  void close() {
    lab.close();
  }

  private DataSet data(int shots, int val) {
    return TestImages.dataSet(folder.resolve("set"), CLASSES, shots, val, 6);
  }

  private ExperimentContext context(BooleanSupplier interrupted) {
    return new ExperimentContext(
        lab.clip,
        FeatureCache.inMemory(new ViewEncoder(lab.clip, new Images(warning -> {}))),
        Progress.SILENT,
        warnings::add,
        interrupted);
  }

  private static MethodSpec spec(Function<TaskContext, Method> method) {
    return TinyLab.spec(method, "test");
  }

  private RunResults run(MethodSpec spec, DataSet data, int shots, String name) {
    return run(spec, data, shots, name, () -> false);
  }

  private RunResults run(
      MethodSpec spec, DataSet data, int shots, String name, BooleanSupplier interrupted) {
    Trial trial = Trial.alone(spec, data, ClassSplit.ALL, shots, 1);
    return new TrialRun(context(interrupted), trial).run(folder.resolve(name));
  }

  private ClassifierFile file(String name) {
    return ClassifierFile.read(ClassifierFile.in(folder.resolve(name)));
  }

  /** Computes the logits at temperature 1. */
  private double[][] logits(ClassifierFile file, List<Item> items) {
    try (Scope scope = Scope.open("logits");
        Head head = file.withCalibration(null).classifier(lab.clip, CLASSES)) {
      return Evaluator.logits(head, context(() -> false).cache(), items);
    }
  }

  private static int[] labels(List<Item> items) {
    return items.stream().mapToInt(Item::label).toArray();
  }

  private static void assertClose(@Nullable Reliability found, ProbabilityMetrics expected) {
    Reliability measured = Objects.requireNonNull(found);
    assertThat(measured.ece()).isCloseTo(expected.expectedCalibrationError(), within(1e-5));
    assertThat(measured.nll()).isCloseTo(expected.negativeLogLikelihood(), within(1e-5));
  }

  @Test
  void theTemperatureIsThatOfTheValidationImagesAndItsEffectOnTestImagesIsRecorded() {
    DataSet data = data(4, 3);

    CalibrationResult found =
        Objects.requireNonNull(
            run(spec(CalibrationFitTest::taskRes).calibrated(), data, 4, "run").calibration());

    ClassifierFile file = file("run");
    DataSet drawn = FewShot.draw(data, 4, 1, line -> {});
    Calibration expected =
        Calibration.fit(logits(file, drawn.val()), labels(drawn.val()), Origin.VALIDATION);
    assertThat(file.calibration()).isEqualTo(expected);
    assertThat(found.temperature()).isEqualTo(expected.temperature()).isNotEqualTo(1);
    assertThat(found.by()).isEqualTo("validation");
    assertThat(found.images()).isEqualTo(drawn.val().size());

    double[][] logits = logits(file, data.test());
    double[][] divided =
        Arrays.stream(logits)
            .map(row -> Arrays.stream(row).map(l -> l / expected.temperature()).toArray())
            .toArray(double[][]::new);
    assertClose(found.before(), ProbabilityMetrics.of(logits, labels(data.test()), 15));
    assertClose(found.after(), ProbabilityMetrics.of(divided, labels(data.test()), 15));
    int binned =
        Objects.requireNonNull(found.after()).bins().stream()
            .mapToInt(ProbabilityMetrics.Bin::images)
            .sum();
    assertThat(binned).isEqualTo(data.test().size());
  }

  @Test
  void withoutValidationImagesEveryTrainingImageIsClassifiedByAFoldThatDidNotSeeIt()
      throws IOException {
    DataSet data = data(4, 0);
    RunResults plain = run(spec(CalibrationFitTest::taskRes), data, 4, "plain");

    RunResults found = run(spec(CalibrationFitTest::taskRes).calibrated(), data, 4, "run");

    // Repeat the folds by hand. Image i of class c is in fold (i + c) mod 4.
    List<Item> train = FewShot.draw(data, 4, 1, line -> {}).train();
    List<double[]> logits = new ArrayList<>();
    List<Item> held = new ArrayList<>();
    for (int fold = 0; fold < 4; fold++) {
      int number = fold;
      int[] seen = new int[CLASSES.size()];
      List<Boolean> inside = new ArrayList<>();
      train.forEach(item -> inside.add((seen[item.label()]++ + item.label()) % 4 == number));
      List<Item> out = IntStream.range(0, 16).filter(inside::get).mapToObj(train::get).toList();
      List<Item> in =
          IntStream.range(0, 16).filter(i -> !inside.get(i)).mapToObj(train::get).toList();
      // An epoch of 12 images has 6 steps, an epoch of 16 images has 8. So training takes four
      // epochs instead of three.
      FewShotSample sample = FewShotSample.of(data.withImages(in, List.of(), List.of()), 4, 1);
      Recipe recipe = TinyLab.recipe(taskRes(sample.task()), 1, "test", false);
      Recipe longer = new Recipe(recipe.method(), recipe.steps().stretched(8 / 6.0));
      Trial trial = new Trial(longer, sample, List.of(), "by-hand" + fold);
      RunResults unused = new TrialRun(context(() -> false), trial).run(folder);
      logits.addAll(List.of(logits(file("by-hand" + fold), out)));
      held.addAll(out);
    }
    Calibration expected =
        Calibration.fit(logits.toArray(double[][]::new), labels(held), Origin.OUT_OF_FOLD);
    Calibration calibration = Objects.requireNonNull(file("run").calibration());
    assertThat(calibration.images()).isEqualTo(16);
    assertThat(calibration).isEqualTo(expected);
    assertThat(calibration.temperature()).isNotEqualTo(1);
    assertThat(found.accuracy("test")).isEqualTo(plain.accuracy("test"));
    assertThat(folder.resolve("run/.calibration")).doesNotExist();
    assertThat(TinyLab.json(folder.resolve("run/run.json")).path("settings").path("calibrate"))
        .hasToString("true");
    assertThat(file("plain").calibration()).isNull();
    assertThat(Files.readString(folder.resolve("plain/results.json")))
        .doesNotContain("calibration\"");

    assertThatThrownBy(() -> run(spec(CalibrationFitTest::taskRes).calibrated(), data, 4, "plain"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("calibrate");
  }

  @Test
  void resumesAnInterruptedCalibration() throws IOException {
    DataSet data = data(2, 0);
    AtomicInteger alone = new AtomicInteger();
    RunResults unused =
        run(spec(TinyLab.COOP), data, 2, "plain", () -> alone.incrementAndGet() < 0);
    RunResults whole = run(spec(TinyLab.COOP).calibrated(), data, 2, "whole");
    AtomicInteger asked = new AtomicInteger();
    assertThatThrownBy(
            () ->
                run(
                    spec(TinyLab.COOP).calibrated(),
                    data,
                    2,
                    "stopped",
                    () -> asked.incrementAndGet() > alone.get() + 3))
        .isInstanceOf(KgCoopException.class);
    assertThat(folder.resolve("stopped/.calibration")).exists();

    RunResults resumed = run(spec(TinyLab.COOP).calibrated(), data, 2, "stopped");

    assertThat(resumed.calibration()).isEqualTo(whole.calibration());
    assertThat(Files.readAllBytes(ClassifierFile.in(folder.resolve("stopped"))))
        .isEqualTo(Files.readAllBytes(ClassifierFile.in(folder.resolve("whole"))));
    assertThat(folder.resolve("stopped/.calibration")).doesNotExist();
  }

  @Test
  void withOneImageOfEachClassOnlyAMethodThatLearnsNothingHasATemperature() {
    DataSet data = data(1, 0);

    RunResults learned = run(spec(TinyLab.COOP).calibrated(), data, 1, "learned");
    assertThat(learned.calibration()).isNull();
    assertThat(file("learned").calibration()).isNull();
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("CoOp", "no temperature, since no class has a second training image");

    RunResults unused = run(spec(TinyLab.CLIP).calibrated(), data, 1, "texts");
    assertThat(Objects.requireNonNull(file("texts").calibration()).images()).isEqualTo(4);
  }
}
