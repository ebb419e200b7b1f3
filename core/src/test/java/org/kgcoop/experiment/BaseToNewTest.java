package org.kgcoop.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.bank.Augmentation;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Images;
import org.kgcoop.fixtures.Pictures;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.prompt.ClassTokenPosition;
import org.kgcoop.prompt.CoOp;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.KgCoOp;
import org.kgcoop.prompt.Method;
import org.kgcoop.prompt.PromptFile;
import org.kgcoop.prompt.ZeroShot;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Scope;
import org.kgcoop.train.Schedule;
import org.kgcoop.train.TrainingSettings;

class BaseToNewTest {
  private static final ContextSettings CONTEXT = ContextSettings.shared(2, "");

  private final Clip clip = TinyClip.load();
  private final List<String> messages = new ArrayList<>();
  @TempDir Path folder;

  @AfterEach
  void close() {
    clip.close();
  }

  private List<DataSet> dataSets() {
    return List.of(
        Pictures.dataSet(folder.resolve("one"), List.of("a", "b", "c", "d"), 3, 1, 5),
        Pictures.dataSet(folder.resolve("two"), List.of("e", "f", "g"), 3, 0, 3));
  }

  private static final List<Function<String, Method>> METHODS =
      List.of(
          template -> new ZeroShot(List.of(template)),
          template -> new CoOp(CONTEXT),
          template -> new KgCoOp(CONTEXT, template, 8));

  private static BaseToNew.Plan plan(List<Function<String, Method>> methods, String augmentation) {
    return new BaseToNew.Plan(
        methods,
        2,
        List.of(1L, 2L),
        (method, seed) ->
            new TrainingSettings(
                Schedule.published(0.05, 3),
                2,
                0.9,
                5e-4,
                seed,
                Augmentation.ofId(augmentation),
                1,
                false),
        1);
  }

  private BaseToNewTable run(BaseToNew.Plan plan, String out, BooleanSupplier interrupted) {
    Progress progress =
        new Progress() {
          @Override
          public Task start(String name, long total) {
            return SILENT.start(name, total);
          }

          @Override
          public void message(String line) {
            messages.add(line);
          }
        };
    Workbench bench =
        new Workbench(
            clip,
            org.kgcoop.bank.FeatureBank.inMemory(
                new org.kgcoop.bank.PictureEncoder(clip, new Images(warning -> {}))),
            progress,
            warning -> {},
            interrupted);
    try (Scope scope = Scope.open("test")) {
      return new BaseToNew(bench, plan).run(dataSets(), folder.resolve(out));
    }
  }

  @Test
  void rowsAverageOverDataSetsAndSeedsAndTheirHComesFromTheAverages() {
    BaseToNewTable table = run(plan(METHODS, "test"), "out", () -> false);
    assertThat(table.cells()).hasSize(3 * 2 * 2);
    assertThat(table.dataSets()).containsExactly("one", "two");
    assertThat(table.rows())
        .extracting(BaseToNewTable.Row::title)
        .containsExactly("CLIP", "CoOp", "KgCoOp");
    for (BaseToNewTable.Row row : table.rows()) {
      double base = 0;
      double unseen = 0;
      for (BaseToNewTable.Cell cell : table.cells()) {
        if (cell.method().equals(row.method())) {
          base += cell.base() / 4;
          unseen += cell.unseen() / 4;
          assertThat(cell.base()).isEqualTo(percent(cell.results().path("base")));
          assertThat(cell.unseen()).isEqualTo(percent(cell.results().path("new")));
        }
      }
      assertThat(row.base().mean()).isCloseTo(base, within(1e-9));
      assertThat(row.unseen().mean()).isCloseTo(unseen, within(1e-9));
      double h = base + unseen == 0 ? 0 : 2 * base * unseen / (base + unseen);
      assertThat(row.harmonicMean()).isCloseTo(h, within(1e-9));
      assertThat(Double.isNaN(row.time().training())).isEqualTo(row.method().equals("clip"));
      if (!row.method().equals("clip")) {
        assertThat(row.time().withFeatures()).isGreaterThan(row.time().training());
      }
    }
    // Of four classes two are base with 5 test pictures each; of three the first two with 3.
    assertThat(table.cells().get(0).results().path("base").path("total").asInt()).isEqualTo(10);
    assertThat(table.cells().get(0).results().path("new").path("total").asInt()).isEqualTo(10);
    BaseToNewTable.Cell second =
        table.cells().stream().filter(c -> c.dataSet().equals("two")).findFirst().orElseThrow();
    assertThat(second.results().path("base").path("total").asInt()).isEqualTo(6);
    assertThat(second.results().path("new").path("total").asInt()).isEqualTo(3);
  }

  private static double percent(JsonNode counts) {
    return 100.0 * counts.path("correct").asLong() / counts.path("total").asLong();
  }

  @Test
  void aSecondCallRepeatsNothingAndGivesTheSameTable() {
    String first = run(plan(METHODS, "bank:2"), "out", () -> false).toJson().toString();
    assertThat(messages).isEmpty();
    AtomicInteger steps = new AtomicInteger();
    String second =
        run(plan(METHODS, "bank:2"), "out", () -> steps.incrementAndGet() < 0).toJson().toString();
    assertThat(steps).hasValue(0);
    // Two learned methods, two data sets, two seeds.
    assertThat(messages).hasSize(8).allMatch(line -> line.endsWith("done before"));
    assertThat(second).isEqualTo(first);
  }

  @Test
  void anotherFolderGivesTheSameTableApartFromTheTime() throws IOException {
    JsonNode first = withoutTimes(run(plan(METHODS, "online"), "out", () -> false).toJson());
    JsonNode second = withoutTimes(run(plan(METHODS, "online"), "other", () -> false).toJson());
    assertThat(second).isEqualTo(first);
    for (String prompt :
        List.of("one/coop/seed1/prompt.safetensors", "two/kgcoop/seed2/prompt.safetensors")) {
      assertThat(Files.readAllBytes(folder.resolve("other").resolve(prompt)))
          .isEqualTo(Files.readAllBytes(folder.resolve("out").resolve(prompt)));
    }
  }

  private static JsonNode withoutTimes(JsonNode node) {
    for (JsonNode child : node) {
      JsonNode unused = withoutTimes(child);
    }
    if (node instanceof ObjectNode object) {
      JsonNode unused = object.remove("ms_per_image");
      JsonNode unusedToo = object.remove("ms_per_image_with_features");
    }
    return node;
  }

  @Test
  void interruptedAtAnyStepAndGoneOnWithItEndsInTheSameBytes() throws IOException {
    List<Function<String, Method>> one = METHODS.subList(2, 3);
    JsonNode expected = withoutTimes(run(plan(one, "online"), "undisturbed", () -> false).toJson());
    // Data set one: 4 pictures in batches of 2, 3 epochs: 6 steps a seed. A stop at every third
    // step hits ends of epochs and the middle.
    AtomicInteger steps = new AtomicInteger();
    int stops = 0;
    JsonNode table = null;
    while (table == null) {
      try {
        table =
            withoutTimes(
                run(plan(one, "online"), "torn", () -> steps.incrementAndGet() % 3 == 0).toJson());
      } catch (KgCoopException e) {
        assertThat(e.category()).isEqualTo(KgCoopException.Category.INTERRUPTED);
        stops++;
      }
    }
    assertThat(stops).isGreaterThan(6);
    assertThat(messages).anyMatch(line -> line.contains("goes on after step"));
    assertThat(table).isEqualTo(expected);
    for (String run : List.of("one/kgcoop/seed1", "one/kgcoop/seed2", "two/kgcoop/seed2")) {
      Path torn = folder.resolve("torn").resolve(run);
      Path undisturbed = folder.resolve("undisturbed").resolve(run);
      assertThat(Files.readAllBytes(torn.resolve("prompt.safetensors")))
          .isEqualTo(Files.readAllBytes(undisturbed.resolve("prompt.safetensors")));
      assertThat(Files.readAllLines(torn.resolve("events.jsonl")))
          .isEqualTo(Files.readAllLines(undisturbed.resolve("events.jsonl")))
          .hasSize(6);
    }
  }

  @Test
  void thePromptOfARunGivesItsNumbers() throws IOException {
    BaseToNewTable table = run(plan(METHODS.subList(1, 2), "test"), "out", () -> false);
    PromptFile prompt = PromptFile.read(folder.resolve("out/one/coop/seed1/prompt.safetensors"));
    assertThat(prompt.classNames()).containsExactly("a", "b");
    assertThat(prompt.clipFingerprint()).isEqualTo(clip.fingerprint());
    DataSet unseen = dataSets().get(0).select(org.kgcoop.data.ClassSplit.NEW);
    try (var learner = prompt.learner(clip, unseen.classNames())) {
      Evaluator.Result result =
          Evaluator.evaluate(
              learner,
              org.kgcoop.bank.FeatureBank.inMemory(
                  new org.kgcoop.bank.PictureEncoder(clip, new Images(warning -> {}))),
              unseen,
              Progress.SILENT);
      assertThat(result.evaluation().correct())
          .isEqualTo(table.cells().get(0).results().path("new").path("correct").asInt());
    }
    JsonNode results =
        new ObjectMapper().readTree(folder.resolve("out/one/coop/seed1/results.json").toFile());
    // 6 steps of 2 pictures.
    assertThat(results.path("training").path("pictures").asInt()).isEqualTo(12);
  }

  @Test
  void aClassSpecificContextIsRefusedBeforeAnythingIsTrained() {
    Function<String, Method> specific =
        template -> new CoOp(new ContextSettings(2, "", ClassTokenPosition.END, true));
    assertThatThrownBy(() -> run(plan(List.of(specific), "test"), "out", () -> false))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("cannot be used on new classes");
  }

  @Test
  void otherSettingsInTheSameFolderAreRefused() {
    BaseToNewTable unused = run(plan(METHODS.subList(1, 2), "test"), "out", () -> false);
    assertThatThrownBy(() -> run(plan(METHODS.subList(1, 2), "bank:2"), "out", () -> false))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("training.augment was \"test\", is \"bank:2\"");
  }

  @Test
  void runsSideBySideGiveTheSameBytes() throws IOException {
    int threads = Engine.threads();
    try {
      Engine.setThreads(1);
      BaseToNew.Plan plan = plan(METHODS, "bank:2");
      BaseToNew.Plan two =
          new BaseToNew.Plan(plan.methods(), plan.shots(), plan.seeds(), plan.training(), 2);
      List<BaseToNewTable.Cell> turns = run(plan, "turns", () -> false).cells();
      List<BaseToNewTable.Cell> sideBySide = run(two, "side", () -> false).cells();
      assertThat(sideBySide)
          .extracting(c -> List.of(c.dataSet(), c.method(), c.seed(), c.base(), c.unseen()))
          .isEqualTo(
              turns.stream()
                  .map(c -> List.of(c.dataSet(), c.method(), c.seed(), c.base(), c.unseen()))
                  .toList());
      String prompt = "two/kgcoop/seed2/prompt.safetensors";
      assertThat(folder.resolve("side").resolve(prompt))
          .hasSameBinaryContentAs(folder.resolve("turns").resolve(prompt));
      Engine.setThreads(2);
      assertThatThrownBy(
              () ->
                  new BaseToNew.Plan(
                      plan.methods(), plan.shots(), plan.seeds(), plan.training(), 2))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("one thread");
    } finally {
      Engine.setThreads(threads);
    }
  }
}
