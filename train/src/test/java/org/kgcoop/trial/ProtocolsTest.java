package org.kgcoop.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.DataSets;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.files.Json;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.Method;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.encoder.Mmrl;
import org.kgcoop.model.Head;
import org.kgcoop.progress.Progress;
import org.kgcoop.prompt.ClassTokenPosition;
import org.kgcoop.prompt.ContextSettings;

/** Tests which evaluation sets few-shot curves and transfer use, and that no work is repeated. */
@Tag("system")
class ProtocolsTest {
  private final TinyLab lab = new TinyLab(TinyClip.smallest());
  @TempDir Path folder;

  @AfterEach
  void close() {
    lab.close();
  }

  private static Method specific(TaskContext task) {
    return new CoOp(new ContextSettings(2, "", ClassTokenPosition.END, true));
  }

  private DataSet abc() {
    return TestImages.dataSet(folder.resolve("abc"), List.of("a", "b", "c"), 3, 0, 4);
  }

  /** Creates a data set with other classes and fewer images. */
  private DataSet de() {
    return TestImages.dataSet(folder.resolve("de"), List.of("d", "e"), 1, 0, 3);
  }

  /** Creates a data set with two classes of abc. The label of c is 1 here and 2 in abc. */
  private DataSet ac() {
    return TestImages.dataSet(folder.resolve("ac"), List.of("a", "c"), 1, 0, 5);
  }

  private JsonNode written(Experiment experiment) {
    return Json.tree(experiment.run(folder.resolve("out")));
  }

  private static double accuracy(JsonNode cell, int target) {
    JsonNode counts = cell.path("results").path("targets").path(target);
    return 100.0 * counts.path("correct").asLong() / counts.path("total").asLong();
  }

  private JsonNode results(JsonNode cell) {
    return TinyLab.results(folder.resolve("out").resolve(cell.path("run").asText()));
  }

  @Test
  void fewShotHasARunForEachNumberOfShots() {
    JsonNode table =
        lab.run(
            new FewShotCurve(List.of(abc(), de())),
            TinyLab.plan(List.of(TinyLab.CLIP, TinyLab.COOP), "test", List.of(1, 2), 1L, 2L),
            folder.resolve("out"));
    // Two methods run on two sets, with two numbers of shots and two seeds.
    assertThat(table.path("cells")).hasSize(16);
    assertThat(TinyLab.stream(table.path("cells")).map(cell -> cell.path("sample")))
        .filteredOn(sample -> sample.path("shots").asInt() == 2)
        .hasSize(8);
    assertThat(folder.resolve("out/abc/coop/shots2/seed1/classifier.safetensors")).isRegularFile();
    JsonNode run = TinyLab.json(folder.resolve("out/abc/coop/shots2/seed1/run.json"));
    assertThat(run.path("settings").path("data").path("train").asInt()).isEqualTo(6);
    assertThat(run.path("settings").path("data").path("classes").asInt()).isEqualTo(3);
  }

  @Test
  void moreShotsLaterRepeatNothing() {
    FewShotCurve protocol = new FewShotCurve(List.of(abc()));
    JsonNode first =
        lab.run(
            protocol,
            TinyLab.plan(List.of(TinyLab.COOP), "test", List.of(1), 1L),
            folder.resolve("out"));
    JsonNode second =
        lab.run(
            protocol,
            TinyLab.plan(List.of(TinyLab.COOP), "test", List.of(1, 2), 1L),
            folder.resolve("out"));
    assertThat(lab.messages).singleElement().asString().endsWith("done before");
    assertThat(second.path("cells").path(0)).isEqualTo(first.path("cells").path(0));
  }

  @Test
  void crossClassifiesEachDataSetAmongItsOwnNames() {
    JsonNode table =
        lab.run(
            new Transfer("cross", abc(), List.of(de(), ac())),
            TinyLab.plan(List.of(TinyLab.CLIP, TinyLab.KGCOOP), "test", List.of(2), 1L),
            folder.resolve("out"));
    JsonNode cell = table.path("cells").path(1);
    assertThat(cell.path("run").asText()).isEqualTo("abc/kgcoop/seed1");
    JsonNode targets = results(cell).path("targets");
    assertThat(TinyLab.stream(targets).map(t -> t.path("name").asText()))
        .containsExactly("abc", "de", "ac");
    assertThat(
            TinyLab.stream(targets.path(1).path("set").path("class_names")).map(JsonNode::asText))
        .containsExactly("d", "e");
    // The sets have 3 classes with 4 images, 2 with 3 and 2 with 5.
    assertThat(TinyLab.stream(targets).map(t -> t.path("total").asInt()))
        .containsExactly(12, 6, 10);
    assertThat(TinyLab.stream(targets.path(1).path("labels")).map(JsonNode::asInt))
        .containsExactly(0, 0, 0, 1, 1, 1);
    for (JsonNode target : targets) {
      int correct = 0;
      for (int i = 0; i < target.path("total").asInt(); i++) {
        correct += target.path("labels").path(i).equals(target.path("predictions").path(i)) ? 1 : 0;
      }
      assertThat(target.path("correct").asInt()).isEqualTo(correct);
    }
  }

  /** MMRL has learned all classes of the other set, but still uses only the CLS token there. */
  @Test
  void mmrlAnswersTheSourceByBothFeaturesAndOtherSetsByTheClassRowAlone() {
    Mmrl method = new Mmrl(2, List.of(1), 4, 0.3, 1, "a photo of a {}.");
    JsonNode table =
        lab.run(
            new Transfer("domain", abc(), List.of(ac())),
            TinyLab.plan(List.of(task -> method), "test", List.of(2), 1L),
            folder.resolve("out"));
    JsonNode targets = results(table.path("cells").path(0)).path("targets");
    ClassifierFile both =
        ClassifierFile.read(ClassifierFile.at(folder.resolve("out/abc/mmrl/seed1")));
    ClassifierFile alone = both.with(new Mmrl(2, List.of(1), 4, 1, 1, "a photo of a {}."));
    assertThat(confidences(targets.path(0))).isEqualTo(confidences(both, abc()));
    assertThat(confidences(targets.path(0))).isNotEqualTo(confidences(alone, abc()));
    assertThat(confidences(targets.path(1))).isEqualTo(confidences(alone, ac()));
    assertThat(confidences(targets.path(1))).isNotEqualTo(confidences(both, ac()));
  }

  private static List<Double> confidences(JsonNode target) {
    return TinyLab.stream(target.path("confidences")).map(JsonNode::asDouble).toList();
  }

  private List<Double> confidences(ClassifierFile file, DataSet data) {
    try (Head classifier = file.classifier(lab.clip, data.classNames())) {
      return Evaluator.evaluate(classifier, lab.context(() -> false).cache(), data, Progress.SILENT)
          .confidences()
          .stream()
          .map(c -> Math.round(c * 1e4) / 1e4)
          .toList();
    }
  }

  @Test
  void crossRefusesAContextOfClassesOfItsOwn() {
    assertThatThrownBy(
            () ->
                lab.run(
                    new Transfer("cross", abc(), List.of(de())),
                    TinyLab.plan(
                        List.of(TinyLab.COOP, ProtocolsTest::specific), "test", List.of(1), 1L),
                    folder.resolve("out")))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("class-specific context")
        .hasMessageContaining("'d' of de");
    assertThat(folder.resolve("out/abc")).doesNotExist();
  }

  @Test
  void aShiftMayHaveSomeOfTheClassesAlsoForAContextOfClassesOfItsOwn() {
    JsonNode table =
        lab.run(
            new Transfer("domain", abc(), List.of(ac())),
            TinyLab.plan(List.of(ProtocolsTest::specific), "test", List.of(3), 1L),
            folder.resolve("out"));
    JsonNode shifted = results(table.path("cells").path(0)).path("targets").path(1);
    assertThat(TinyLab.stream(shifted.path("set").path("class_names")).map(JsonNode::asText))
        .containsExactly("a", "c");
    assertThat(TinyLab.stream(shifted.path("labels")).map(JsonNode::asInt))
        .containsExactly(0, 0, 0, 0, 0, 1, 1, 1, 1, 1);
    assertThat(TinyLab.stream(shifted.path("predictions")).map(JsonNode::asInt))
        .allMatch(prediction -> prediction == 0 || prediction == 1);
    assertThat(shifted.path("confusion")).hasSize(2);
  }

  @Test
  @Tag("equality")
  void aFurtherTargetIsMeasuredWithoutTrainingAgain() throws IOException {
    ExperimentPlan plan = TinyLab.plan(List.of(TinyLab.CLIP, TinyLab.COOP), "test", List.of(2), 1L);
    JsonNode unused =
        lab.run(new Transfer("cross", abc(), List.of(ac())), plan, folder.resolve("out"));
    Path prompt = folder.resolve("out/abc/coop/seed1/classifier.safetensors");
    FileTime written = Files.getLastModifiedTime(prompt);
    AtomicInteger steps = new AtomicInteger();
    JsonNode more =
        lab.run(
            new Transfer("cross", abc(), List.of(de(), ac())),
            plan,
            folder.resolve("out"),
            () -> steps.incrementAndGet() < 0);
    assertThat(steps).hasValue(0);
    assertThat(Files.getLastModifiedTime(prompt)).isEqualTo(written);
    JsonNode atOnce =
        lab.run(new Transfer("cross", abc(), List.of(de(), ac())), plan, folder.resolve("other"));
    assertThat(TinyLab.withoutTimes(more)).isEqualTo(TinyLab.withoutTimes(atOnce));
    // With fewer targets, the run keeps its results for the others.
    JsonNode unusedToo =
        lab.run(new Transfer("cross", abc(), List.of(de())), plan, folder.resolve("out"));
    assertThat(TinyLab.json(prompt.resolveSibling("results.json")).path("targets")).hasSize(3);
  }

  @Test
  void evaluatesOnlyTheRequestedTargetsLater() {
    ExperimentPlan plan = TinyLab.plan(List.of(TinyLab.CLIP, TinyLab.COOP), "test", List.of(2), 1L);
    JsonNode all =
        lab.run(new Transfer("cross", abc(), List.of(ac(), de())), plan, folder.resolve("out"));
    JsonNode fewer =
        lab.run(new Transfer("cross", abc(), List.of(de())), plan, folder.resolve("out"));
    for (int cell = 0; cell < 2; cell++) {
      JsonNode targets = fewer.path("cells").path(cell).path("results").path("targets");
      assertThat(TinyLab.stream(targets).map(t -> t.path("name").asText()))
          .containsExactly("abc", "de");
      assertThat(targets.path(1))
          .isEqualTo(all.path("cells").path(cell).path("results").path("targets").path(2));
    }
  }

  @Test
  void aResumedRunCountsAllOfItsImagesAndTheirTime() {
    FewShotCurve protocol = new FewShotCurve(List.of(abc()));
    ExperimentPlan plan = TinyLab.plan(List.of(TinyLab.COOP), "test", List.of(3), 1L);
    JsonNode whole = lab.run(protocol, plan, folder.resolve("whole"));
    String run = whole.path("cells").path(0).path("run").asText() + "/results.json";
    JsonNode expected = TinyLab.json(folder.resolve("whole").resolve(run)).path("training");
    assertThat(expected.path("images").asInt()).isEqualTo(3 * 8); // an epoch uses 8 of 9 images

    AtomicInteger steps = new AtomicInteger();
    assertThatThrownBy(
            () ->
                lab.run(protocol, plan, folder.resolve("out"), () -> steps.incrementAndGet() == 10))
        .isInstanceOf(KgCoopException.class);
    JsonNode table = lab.run(protocol, plan, folder.resolve("out"));

    JsonNode training = TinyLab.json(folder.resolve("out").resolve(run)).path("training");
    assertThat(training.path("images")).isEqualTo(expected.path("images"));
    assertThat(training.path("seconds").asDouble()).isPositive();
    assertThat(training.path("ms_per_image").asDouble()).isPositive(); // without the first steps
    assertThat(table.path("cells").path(0).path("results").path("training"))
        .hasToString(training.toString());
  }

  @Test
  void aFinishedTableReadsNoImage() throws IOException {
    DataSet abc = abc();
    List<Item> all = Stream.of(abc.train(), abc.val(), abc.test()).flatMap(List::stream).toList();
    FileTime old = FileTime.fromMillis(1_500_000_000_000L);
    for (Item item : all) {
      Files.setLastModifiedTime(item.file(), old);
    }
    ExperimentPlan plan = TinyLab.plan(List.of(TinyLab.CLIP, TinyLab.COOP), "test", List.of(2), 1L);
    FewShotCurve protocol = new FewShotCurve(List.of(abc));
    JsonNode first = written(new Experiment(banked(), protocol, plan));
    for (Item item : all) {
      Files.write(item.file(), new byte[(int) Files.size(item.file())]);
      Files.setLastModifiedTime(item.file(), old);
    }

    JsonNode second = written(new Experiment(banked(), protocol, plan));

    assertThat(second).isEqualTo(first);
  }

  private ExperimentContext banked() {
    ExperimentContext context = lab.context(() -> false);
    return new ExperimentContext(
        lab.clip,
        new FeatureCache(context.cache().encoder(), folder.resolve("cache"), warning -> {}),
        context.progress(),
        context.warnings(),
        context.interrupted());
  }

  @Test
  void theBestEpochIsFoundWithoutReadingTheImagesAgain() throws IOException {
    DataSet data = TestImages.dataSet(folder.resolve("val"), List.of("a", "b"), 2, 2, 1);
    AtomicInteger steps = new AtomicInteger();
    MethodSpec best = task -> TinyLab.recipe(TinyLab.COOP.apply(task), task.seed(), "test", true);
    JsonNode table =
        lab.run(
            new FewShotCurve(List.of(data)),
            new ExperimentPlan(List.of(best), List.of(2), List.of(1L), 1),
            folder.resolve("out"),
            () -> {
              if (steps.incrementAndGet() == 1) {
                spoil(data.val());
              }
              return false;
            });
    assertThat(table.path("cells")).hasSize(1);
    assertThat(steps).hasValueGreaterThan(3);
  }

  private static void spoil(List<Item> items) {
    try {
      for (Item item : items) {
        Files.writeString(item.file(), "no image");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void otherTestImagesUnderTheSameNameAreMeasured() throws IOException {
    ExperimentPlan plan = TinyLab.plan(List.of(TinyLab.COOP), "test", List.of(2), 1L);
    JsonNode unused = lab.run(new FewShotCurve(List.of(abc())), plan, folder.resolve("out"));
    Files.delete(folder.resolve("abc/test/a/p0.png"));
    DataSet fewer = DataSets.open(folder.resolve("abc"), DataSetOptions.defaults(warning -> {}));
    JsonNode table = lab.run(new FewShotCurve(List.of(fewer)), plan, folder.resolve("out"));
    assertThat(table.at("/cells/0/results/targets/0/total").asInt()).isEqualTo(11);
    assertThat(lab.messages).isEmpty();
  }

  @Test
  @Tag("equality")
  @Tag("nightly")
  void resumesACurveAtEveryThirdStepWithTheSameTable() {
    FewShotCurve protocol = new FewShotCurve(List.of(abc()));
    ExperimentPlan plan =
        TinyLab.plan(List.of(TinyLab.CLIP, TinyLab.KGCOOP), "cache:2", List.of(1, 2), 1L, 2L);
    JsonNode expected =
        TinyLab.withoutTimes(lab.run(protocol, plan, folder.resolve("undisturbed")));
    AtomicInteger steps = new AtomicInteger();
    int stops = 0;
    JsonNode table = null;
    while (table == null) {
      try {
        table =
            lab.run(protocol, plan, folder.resolve("torn"), () -> steps.incrementAndGet() % 3 == 0);
      } catch (KgCoopException e) {
        assertThat(e.category()).isEqualTo(KgCoopException.Category.INTERRUPTED);
        stops++;
      }
    }
    assertThat(stops).isGreaterThan(6);
    assertThat(TinyLab.withoutTimes(table)).isEqualTo(expected);
  }

  @Test
  void aTableUnderWayHoldsWhatIsDoneAndWhatIsToCome() {
    Protocol protocol = new FewShotCurve(List.of(abc()));
    ExperimentPlan plan =
        TinyLab.plan(List.of(TinyLab.CLIP, TinyLab.COOP), "test", List.of(1, 2), 1L);
    Path out = folder.resolve("out");

    assertThatThrownBy(() -> lab.run(protocol, plan, out, () -> true))
        .hasMessageContaining("interrupted in epoch 1");

    JsonNode soFar = TinyLab.json(out.resolve("table.json"));
    assertThat(soFar.path("cells").findValuesAsText("run"))
        .containsExactly("abc/clip/shots1/seed1", "abc/clip/shots2/seed1");
    assertThat(soFar.path("pending").findValuesAsText("run"))
        .containsExactly("abc/coop/shots1/seed1", "abc/coop/shots2/seed1");
    assertThat(soFar.path("settings").path("protocol").asText()).isEqualTo("fewshot");
    assertThat(out.resolve("results.json")).doesNotExist();

    JsonNode whole = lab.run(protocol, plan, out);

    assertThat(out.resolve("table.json")).doesNotExist();
    assertThat(TinyLab.json(out.resolve("results.json")).has("pending")).isFalse();
    assertThat(whole.path("cells")).hasSize(4);
    assertThat(whole.path("settings").findValuesAsText("fingerprint")).doesNotContain("");
  }
}
