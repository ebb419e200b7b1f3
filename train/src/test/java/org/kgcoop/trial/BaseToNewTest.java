package org.kgcoop.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.data.Templates;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.Method;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Head;
import org.kgcoop.progress.Progress;
import org.kgcoop.prompt.ClassTokenPosition;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.runs.JointResult;
import org.kgcoop.runs.RunFolder;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TableCell;
import org.kgcoop.runs.TableResults;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

@Tag("system")
class BaseToNewTest {
  private static final List<Function<TaskContext, Method>> METHODS =
      List.of(TinyLab.CLIP, TinyLab.COOP, TinyLab.KGCOOP);

  private final TinyLab lab = new TinyLab(TinyClip.smallest());
  @TempDir Path folder;

  @AfterEach
  void close() {
    lab.close();
  }

  private List<DataSet> dataSets() {
    return List.of(
        TestImages.dataSet(folder.resolve("one"), List.of("a", "b", "c", "d"), 3, 1, 5),
        TestImages.dataSet(folder.resolve("two"), List.of("e", "f", "g"), 3, 0, 3));
  }

  private static ExperimentPlan plan(
      List<Function<TaskContext, Method>> methods, String augmentation) {
    return TinyLab.plan(methods, augmentation, List.of(2), 1L, 2L);
  }

  private TableResults run(ExperimentPlan plan, String out) {
    return new Experiment(lab.context(() -> false), new BaseToNew(dataSets()), plan)
        .run(folder.resolve(out));
  }

  private JsonNode written(ExperimentPlan plan, String out, BooleanSupplier interrupted) {
    return lab.run(new BaseToNew(dataSets()), plan, folder.resolve(out), interrupted);
  }

  @Test
  void everyRunHasACellWithItsCounts() {
    TableResults table = run(plan(METHODS, "test"), "out");
    assertThat(table.cells()).hasSize(3 * 2 * 2);
    assertThat(table.cells())
        .extracting(cell -> cell.sample().dataSet() + " " + cell.title())
        .containsSubsequence(
            "one CLIP", "one CoOp", "one KgCoOp", "two CLIP", "two CoOp", "two KgCoOp");
    for (TableCell cell : table.cells()) {
      RunResults results = cell.results();
      assertThat(results.targets()).extracting(TargetResult::name).containsExactly("base", "new");
      boolean isZeroShot = cell.method().equals("clip");
      assertThat(Double.isNaN(results.msPerImage())).isEqualTo(isZeroShot);
      assertThat(Double.isNaN(results.value("distance"))).isEqualTo(isZeroShot);
      if (!isZeroShot) {
        assertThat(results.msPerImageWithFeatures()).isGreaterThan(results.msPerImage());
      }
    }
    // Set one has two base and two new classes with 5 test images each. Set two has two base
    // classes and one new class with 3 test images each.
    assertThat(totals(table, "one")).containsOnly(List.of(10L, 10L));
    assertThat(totals(table, "two")).containsOnly(List.of(6L, 3L));
  }

  private static List<List<Long>> totals(TableResults table, String dataSet) {
    return table.cells().stream()
        .filter(cell -> cell.sample().dataSet().equals(dataSet))
        .map(cell -> cell.results().targets().stream().map(TargetResult::total).toList())
        .toList();
  }

  @Test
  void theJointListAndTheProbabilitiesAreThoseOfPlainLoops() {
    TableResults table = run(plan(METHODS.subList(2, 3), "test"), "out");
    TableCell run = table.cells().get(0);
    assertThat(run.run()).isEqualTo("one/kgcoop/seed1");
    ClassifierFile file =
        ClassifierFile.read(ClassifierFile.at(folder.resolve("out").resolve(run.run())));
    DataSet data = dataSets().get(0);
    try (Scope scope = Scope.open("joint");
        Head head = file.classifier(lab.clip, data.classNames())) {
      int classes = 4;
      List<double[]> logits = new ArrayList<>();
      for (Item item : data.test()) {
        Tensor feature =
            Evaluator.features(
                lab.context(() -> false).cache(), List.of(item), Progress.SILENT, "image");
        float[] values = head.logits(feature).toFloats();
        logits.add(IntStream.range(0, classes).mapToDouble(c -> values[c]).toArray());
      }
      int right = 0;
      int rightOfNew = 0;
      double pairs = 0;
      for (int i = 0; i < logits.size(); i++) {
        int label = data.test().get(i).label();
        boolean isRight = argMax(logits.get(i), 0, classes) == label;
        right += isRight ? 1 : 0;
        rightOfNew += isRight && label >= 2 ? 1 : 0;
        for (int j = 0; label < 2 && j < logits.size(); j++) {
          int other = data.test().get(j).label();
          if (other >= 2
              && argMax(logits.get(i), 0, 2) == label
              && argMax(logits.get(j), 2, classes) == other) {
            double difference = jointProbability(logits.get(i)) - jointProbability(logits.get(j));
            pairs += difference > 0 ? 1 : difference == 0 ? 0.5 : 0;
          }
        }
      }
      JointResult joint = Objects.requireNonNull(run.results().joint());
      assertThat(joint.accuracy()).isCloseTo(100.0 * right / 20, within(1e-9));
      assertThat(joint.newAccuracy()).isCloseTo(100.0 * rightOfNew / 10, within(1e-9));
      assertThat(joint.openworldAuc()).isCloseTo(pairs / 100, within(1e-9));
      assertThat(joint.auroc()).hasSize(4);
    }
  }

  private static int argMax(double[] values, int from, int to) {
    int best = from;
    for (int c = from; c < to; c++) {
      best = values[c] > values[best] ? c : best;
    }
    return best;
  }

  /** Computes the largest probability of a base class (the first two) among all classes. */
  private static double jointProbability(double[] logits) {
    double largest = Math.max(logits[0], logits[1]);
    return 1 / Arrays.stream(logits).map(logit -> Math.exp(logit - largest)).sum();
  }

  @Test
  void aSecondCallRepeatsNothingAndGivesTheSameTable() throws IOException {
    JsonNode first = written(plan(METHODS, "cache:2"), "out", () -> false);
    assertThat(lab.messages).isEmpty();
    byte[] bytes = Files.readAllBytes(folder.resolve("out/results.json"));
    AtomicInteger steps = new AtomicInteger();
    JsonNode second = written(plan(METHODS, "cache:2"), "out", () -> steps.incrementAndGet() < 0);
    assertThat(steps).hasValue(0);
    // Three methods (one is zero-shot) run on two data sets with two seeds.
    assertThat(lab.messages).hasSize(12).allMatch(line -> line.endsWith("done before"));
    assertThat(second).isEqualTo(first);
    assertThat(folder.resolve("out/results.json")).hasBinaryContent(bytes);
  }

  @Test
  @Tag("equality")
  void anotherFolderGivesTheSameTableApartFromTheTime() throws IOException {
    JsonNode first = TinyLab.withoutTimes(written(plan(METHODS, "online"), "out", () -> false));
    JsonNode second = TinyLab.withoutTimes(written(plan(METHODS, "online"), "other", () -> false));
    assertThat(second).isEqualTo(first);
    for (String prompt :
        List.of(
            "one/coop/seed1/classifier.safetensors", "two/kgcoop/seed2/classifier.safetensors")) {
      assertThat(Files.readAllBytes(folder.resolve("other").resolve(prompt)))
          .isEqualTo(Files.readAllBytes(folder.resolve("out").resolve(prompt)));
    }
  }

  @Test
  @Tag("equality")
  @Tag("nightly")
  void resumesAtEachStepByteIdentically() throws IOException {
    List<Function<TaskContext, Method>> one = METHODS.subList(2, 3);
    JsonNode expected =
        TinyLab.withoutTimes(written(plan(one, "online"), "undisturbed", () -> false));
    // Data set one has 4 images. 3 epochs with batches of 2 take 6 steps per seed. A stop at every
    // third step interrupts at the end of an epoch and in the middle.
    AtomicInteger steps = new AtomicInteger();
    int stops = 0;
    JsonNode table = null;
    while (table == null) {
      try {
        table =
            TinyLab.withoutTimes(
                written(plan(one, "online"), "torn", () -> steps.incrementAndGet() % 3 == 0));
      } catch (KgCoopException e) {
        assertThat(e.category()).isEqualTo(KgCoopException.Category.INTERRUPTED);
        stops++;
      }
    }
    assertThat(stops).isGreaterThan(6);
    assertThat(lab.messages).anyMatch(line -> line.contains("resumes after step"));
    assertThat(table).isEqualTo(expected);
    for (String run : List.of("one/kgcoop/seed1", "one/kgcoop/seed2", "two/kgcoop/seed2")) {
      Path torn = folder.resolve("torn").resolve(run);
      Path undisturbed = folder.resolve("undisturbed").resolve(run);
      assertThat(Files.readAllBytes(torn.resolve("classifier.safetensors")))
          .isEqualTo(Files.readAllBytes(undisturbed.resolve("classifier.safetensors")));
      assertThat(Files.readAllLines(torn.resolve("events.jsonl")))
          .isEqualTo(Files.readAllLines(undisturbed.resolve("events.jsonl")))
          .hasSize(6);
    }
  }

  @Test
  void thePromptOfARunGivesItsNumbers() {
    JsonNode table = written(plan(METHODS.subList(1, 2), "test"), "out", () -> false);
    Path run = folder.resolve("out").resolve(table.path("cells").path(0).path("run").asText());
    assertThat(run).isEqualTo(folder.resolve("out/one/coop/seed1"));
    ClassifierFile prompt = ClassifierFile.read(run.resolve("classifier.safetensors"));
    assertThat(prompt.classNames()).containsExactly("a", "b");
    assertThat(prompt.clip().fingerprint()).isEqualTo(lab.clip.fingerprint());
    JsonNode results = TinyLab.results(run);
    // Training takes 6 steps with 2 images each.
    assertThat(results.path("training").path("images").asInt()).isEqualTo(12);
    assertThat(results.path("nearest_words")).hasSize(2).allMatch(words -> words.size() == 5);

    JsonNode target = results.path("targets").path(1);
    assertThat(target.path("name").asText()).isEqualTo("new");
    assertThat(target.path("set").path("data_set").asText()).isEqualTo("one");
    assertThat(target.path("set").path("classes").asText()).isEqualTo("new");
    assertThat(TinyLab.stream(target.path("set").path("class_names")).map(JsonNode::asText))
        .containsExactly("c", "d");
    DataSet unseen = dataSets().get(0).select(ClassSplit.NEW);
    try (Scope scope = Scope.open("test");
        Head model = prompt.classifier(lab.clip, unseen.classNames())) {
      Tensor features =
          Evaluator.features(
              lab.context(() -> false).cache(), unseen.test(), Progress.SILENT, "features");
      float[] probabilities = Functions.softmax(model.logits(features), 1).toFloats();
      int correct = 0;
      for (int i = 0; i < unseen.test().size(); i++) {
        int best = probabilities[2 * i] >= probabilities[2 * i + 1] ? 0 : 1;
        assertThat(target.path("images").path(i).asText()).isEqualTo(unseen.test().get(i).key());
        assertThat(target.path("labels").path(i).asInt()).isEqualTo(unseen.test().get(i).label());
        assertThat(target.path("predictions").path(i).asInt()).isEqualTo(best);
        // Confidences are rounded to four decimals.
        assertThat(target.path("confidences").path(i).asDouble())
            .isCloseTo(probabilities[2 * i + best], within(5.1e-5));
        correct += best == unseen.test().get(i).label() ? 1 : 0;
      }
      assertThat(target.path("correct").asInt()).isEqualTo(correct);
      assertThat(table.at("/cells/0/results/targets/1/correct").asInt()).isEqualTo(correct);

      // The distance is the mean of |t - h|^2 over the two classes, with unit vectors.
      try (Head byHand =
          new ZeroShot(List.of(Templates.DEFAULT)).classifier(lab.clip, unseen.classNames())) {
        float[] t = model.classFeatures().orElseThrow().toFloats();
        float[] h = byHand.classFeatures().orElseThrow().toFloats();
        double squares = 0;
        for (int i = 0; i < t.length; i++) {
          squares += (t[i] - h[i]) * (t[i] - h[i]);
        }
        assertThat(target.path("distance").asDouble()).isCloseTo(squares / 2, within(1e-5));
      }
    }
  }

  @Test
  void rejectsAClassSpecificContextBeforeAnythingIsTrained() {
    Function<TaskContext, Method> specific =
        task -> new CoOp(new ContextSettings(2, "", ClassTokenPosition.END, true));
    assertThatThrownBy(() -> run(plan(List.of(specific), "test"), "out"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("cannot be used on new classes, such as 'c' of one");
    assertThat(folder.resolve("out/one")).doesNotExist();
  }

  @Test
  void rejectsOtherSettingsInTheSameFolder() {
    TableResults unused = run(plan(METHODS.subList(1, 2), "test"), "out");
    assertThatThrownBy(() -> run(plan(METHODS.subList(1, 2), "cache:2"), "out"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("training.augment was \"test\", is \"cache:2\"");
  }

  @Test
  void aRunThatAnotherProcessWritesIsRefused() {
    ExperimentPlan plan = plan(METHODS.subList(1, 2), "test");
    TableResults unused = run(plan, "out");
    Path run = folder.resolve("out/one/coop/seed1");
    ObjectNode settings = (ObjectNode) TinyLab.json(run.resolve("run.json")).path("settings");
    try (RunFolder open = RunFolder.open(run, settings, settings.objectNode(), warning -> {})) {
      assertThat(open.isComplete()).isTrue();
      assertThatThrownBy(() -> run(plan, "out"))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("in use by another run");
    }
  }

  @Test
  @Tag("equality")
  void runsSideBySideGiveTheSameBytes() {
    int threads = Engine.threads();
    try {
      Engine.setThreads(1);
      ExperimentPlan plan = plan(METHODS.subList(2, 3), "cache:2");
      ExperimentPlan two = new ExperimentPlan(plan.specs(), plan.shots(), plan.seeds(), 2);
      List<TableCell> turns = run(plan, "turns").cells();
      List<TableCell> sideBySide = run(two, "side").cells();
      assertThat(sideBySide)
          .extracting(c -> List.of(c.run(), c.results().targets()))
          .isEqualTo(turns.stream().map(c -> List.of(c.run(), c.results().targets())).toList());
      String prompt = "two/kgcoop/seed2/classifier.safetensors";
      assertThat(folder.resolve("side").resolve(prompt))
          .hasSameBinaryContentAs(folder.resolve("turns").resolve(prompt));
      Engine.setThreads(2);
      assertThatThrownBy(() -> new ExperimentPlan(plan.specs(), plan.shots(), plan.seeds(), 2))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("one thread");
      List<TableCell> twoWorkers = run(plan, "workers").cells();
      assertThat(twoWorkers)
          .extracting(c -> List.of(c.run(), c.results().targets()))
          .isEqualTo(turns.stream().map(c -> List.of(c.run(), c.results().targets())).toList());
      assertThat(folder.resolve("workers").resolve(prompt))
          .hasSameBinaryContentAs(folder.resolve("turns").resolve(prompt));
    } finally {
      Engine.setThreads(threads);
    }
  }
}
