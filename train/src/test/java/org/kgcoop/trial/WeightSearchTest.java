package org.kgcoop.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.Method;
import org.kgcoop.method.TaskContext;

@Tag("system")
class WeightSearchTest {
  private static final List<String> CLASSES = List.of("a", "b", "c", "d", "e", "f", "g", "h");
  private static final List<Double> GRID = List.of(0.0, 8.0);

  @TempDir static Path shared;

  /** A search with four shots, which three tests share. */
  private static @Nullable Found found;

  private record Found(JsonNode table, Path run, int steps, List<String> messages) {}

  private final TinyLab lab = new TinyLab(TinyClip.smallest());
  @TempDir Path folder;

  private Found found() {
    Found known = found;
    if (known == null) {
      AtomicInteger steps = new AtomicInteger();
      JsonNode table =
          lab.run(
              new BaseToNew(List.of(TestImages.dataSet(shared.resolve("set"), CLASSES, 4, 0, 2))),
              plan(4),
              shared.resolve("out"),
              () -> steps.incrementAndGet() < 0);
      Path run = shared.resolve("out/set/kgcoop/seed1");
      known = new Found(table, run, steps.get(), List.copyOf(lab.messages));
      found = known;
    }
    return known;
  }

  @AfterEach
  void close() {
    lab.close();
  }

  private static Method auto(TaskContext task) {
    return new KgCoOp.AutoWeight(new KgCoOp(TinyLab.CONTEXT, task.template(), 8, 0), GRID);
  }

  private static ExperimentPlan plan(int shots) {
    return TinyLab.plan(List.of(WeightSearchTest::auto), "test", List.of(shots), 1L);
  }

  /** Creates a data set of eight classes. The base classes are a to d. */
  private DataSet data(int val) {
    return TestImages.dataSet(folder.resolve("set"), CLASSES, 4, val, 2);
  }

  @Test
  void trainsWithTheWeightOfTheBestMeanH() {
    Found found = found();
    Path run = found.run();
    JsonNode search = TinyLab.json(run.resolve("weight_search.json"));
    assertThat(search.path("trials")).hasSize(4);
    Map<Double, Double> means = new HashMap<>();
    for (JsonNode trial : search.path("trials")) {
      double seen = trial.path("seen").asDouble();
      double unseen = trial.path("unseen").asDouble();
      double h = seen + unseen == 0 ? 0 : 2 * seen * unseen / (seen + unseen);
      assertThat(trial.path("h").asDouble()).isCloseTo(h, within(1e-9));
      means.merge(trial.path("weight").asDouble(), h / 2, Double::sum);
    }
    for (int hidden = 0; hidden < 2; hidden++) {
      assertThat(search.path("trials").path(2 * hidden + 1).path("distance").asDouble())
          .as("distance on hidden classes with weight 8, compared with weight 0")
          .isLessThan(search.path("trials").path(2 * hidden).path("distance").asDouble());
    }
    // If weights are equally good, the search chooses the largest.
    double expected = means.getOrDefault(8.0, 0.0) >= means.getOrDefault(0.0, 0.0) ? 8 : 0;
    assertThat(search.path("chosen").asDouble()).isEqualTo(expected);
    ClassifierFile prompt = ClassifierFile.read(run.resolve("classifier.safetensors"));
    assertThat(prompt.method())
        .isEqualTo(new KgCoOp(TinyLab.CONTEXT, "a photo of a {}.", expected, 0));
    assertThat(
            found
                .table()
                .path("cells")
                .path(0)
                .path("results")
                .path("chosen")
                .path("weight")
                .asDouble())
        .isEqualTo(expected);
    assertThat(found.messages()).anyMatch(line -> line.contains("weight " + expected));
    assertThat(run.resolve(".weight-search")).doesNotExist();
    JsonNode settings = TinyLab.json(run.resolve("run.json")).path("settings");
    assertThat(settings.path("method").path("weight").asText()).isEqualTo("auto");
  }

  @Test
  void aSearchTrainsForAsManySteps() {
    // The run takes 24 steps: 4 classes with 4 images in batches of 2, for 3 epochs. The search
    // tries 2 weights on 2 halves. A half has 2 classes with 3 images, which is 3 steps per epoch
    // instead of 8, so it trains for 8 epochs instead of 3. Each nested run also asks once before
    // its first step.
    assertThat(found().steps()).isEqualTo(24 + 2 * 2 * (24 + 1));
  }

  @Test
  @Tag("equality")
  void theRunIsThatOfItsWeight() throws IOException {
    Path run = found().run();
    double weight = TinyLab.json(run.resolve("weight_search.json")).path("chosen").asDouble();
    ExperimentPlan given =
        TinyLab.plan(
            List.of(task -> new KgCoOp(TinyLab.CONTEXT, task.template(), weight, 0)),
            "test",
            List.of(4),
            1L);
    JsonNode unused = lab.run(new BaseToNew(List.of(data(0))), given, folder.resolve("given"));
    assertThat(run.resolve("classifier.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("given/set/kgcoop/seed1/classifier.safetensors"));
  }

  @Test
  @Tag("equality")
  void readsNoImageOfNewClasses() throws IOException {
    JsonNode unused = lab.run(new BaseToNew(List.of(data(2))), plan(2), folder.resolve("out"));
    byte[] search = Files.readAllBytes(folder.resolve("out/set/kgcoop/seed1/weight_search.json"));
    DataSet data = data(2);
    // The new classes have images of a base class, and all test images are wrong.
    DataSet swapped =
        data.withImages(
            data.train().stream()
                .map(
                    item ->
                        item.label() < 4
                            ? item
                            : new Item(
                                item.key(),
                                data.train().get(0).file(),
                                item.label(),
                                item.className()))
                .toList(),
            data.val(),
            data.test().subList(0, 16).stream()
                .map(
                    item ->
                        new Item(
                            item.key(), data.test().get(0).file(), item.label(), item.className()))
                .toList());
    JsonNode unusedToo = lab.run(new BaseToNew(List.of(swapped)), plan(2), folder.resolve("swap"));
    assertThat(folder.resolve("swap/set/kgcoop/seed1/weight_search.json")).hasBinaryContent(search);
  }

  @Test
  @Tag("equality")
  @Tag("nightly")
  void resumesASearchAtEveryFifthStepWithTheSameResult() throws IOException {
    DataSet data = data(0);
    JsonNode expected =
        TinyLab.withoutTimes(
            lab.run(new BaseToNew(List.of(data)), plan(2), folder.resolve("undisturbed")));
    AtomicInteger steps = new AtomicInteger();
    int stops = 0;
    JsonNode table = null;
    while (table == null) {
      try {
        table =
            lab.run(
                new BaseToNew(List.of(data)),
                plan(2),
                folder.resolve("torn"),
                () -> steps.incrementAndGet() % 5 == 0);
      } catch (KgCoopException e) {
        assertThat(e.category()).isEqualTo(KgCoopException.Category.INTERRUPTED);
        stops++;
      }
    }
    assertThat(stops).isGreaterThan(2);
    assertThat(TinyLab.withoutTimes(table)).isEqualTo(expected);
    String search = "set/kgcoop/seed1/weight_search.json";
    assertThat(folder.resolve("torn").resolve(search))
        .hasSameBinaryContentAs(folder.resolve("undisturbed").resolve(search));
  }

  @Test
  void rejectsIndivisibleDataBeforeTraining() {
    assertThatThrownBy(
            () -> lab.run(new BaseToNew(List.of(data(0))), plan(1), folder.resolve("out")))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("takes validation images or two shots");
    DataSet few = TestImages.dataSet(folder.resolve("few"), List.of("a", "b", "c", "d"), 2, 0, 1);
    assertThatThrownBy(() -> lab.run(new BaseToNew(List.of(few)), plan(2), folder.resolve("out")))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("among 2 classes, at least 4 are needed");
    assertThat(folder.resolve("out/few")).doesNotExist();
  }
}
