package org.kgcoop.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.model.Head;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Scope;

/** Runs of methods that learn only from features, with few images, unequal and single classes. */
class FeatureMethodsTest {
  private static final List<String> ALL = List.of("taskres", "clip-adapter", "clap", "zs-lp");

  private final TinyLab lab = new TinyLab();
  @TempDir Path folder;

  @AfterEach
  void close() {
    lab.close();
  }

  private static ExperimentPlan plan(List<String> methods, SettingValues training, int shots) {
    return new ExperimentPlan(
        methods.stream()
            .map(id -> SettingValues.of("method", id))
            .map(method -> MethodSpec.of(method, training, PublishedDefaults.FEW_SHOT))
            .toList(),
        List.of(shots),
        List.of(1L),
        1);
  }

  private static SettingValues epochs(int epochs) {
    return SettingValues.of("epochs", epochs).with("checkpoint_every", 1);
  }

  private Path run(String set, String method, int shots) {
    return folder.resolve("out/%s/%s/shots%s/seed1".formatted(set, method, shots));
  }

  @Test
  void trainsWithOneImagePerClass() throws IOException {
    DataSet data = TestImages.dataSet(folder.resolve("abc"), List.of("a", "b", "c_d"), 1, 0, 2);
    JsonNode table =
        lab.run(new FewShotCurve(List.of(data)), plan(ALL, epochs(3), 1), folder.resolve("out"));
    assertThat(table.path("cells")).hasSize(4);
    for (String id : ALL) {
      List<String> steps = Files.readAllLines(run("abc", id, 1).resolve("events.jsonl"));
      assertThat(steps).as(id).hasSize(3); // one step per epoch
      assertThat(results(id).path("targets").path(0).path("total").asInt()).isEqualTo(6);
    }
    // There are 3 images, fewer than a batch. The pool contains 20 views of each image, and a batch
    // of CLAP is the entire pool of 60.
    assertThat(results("clap").path("training").path("images").asInt()).isEqualTo(3 * 60);
    assertThat(results("taskres").path("training").path("images").asInt()).isEqualTo(3 * 3);
  }

  /** Returns the same classes with some of the training images. */
  private static DataSet only(DataSet data, Predicate<Item> kept) {
    return data.withImages(data.train().stream().filter(kept).toList(), List.of(), data.test());
  }

  private JsonNode results(String id) {
    return TinyLab.results(run("abc", id, 1));
  }

  @Test
  void trainsWithASingleClass() {
    DataSet two = TestImages.dataSet(folder.resolve("one"), List.of("only", "other"), 2, 0, 3);
    DataSet data = only(two, item -> item.label() == 0);
    JsonNode table =
        lab.run(new FewShotCurve(List.of(data)), plan(ALL, epochs(2), 2), folder.resolve("out"));
    assertThat(table.path("cells")).hasSize(4);
    assertThat(table.findValues("accuracy")).isNotEmpty().allMatch(each -> each.asDouble() == 100);
  }

  @Test
  void trainsWithUnequalClasses() {
    DataSet even =
        TestImages.dataSet(folder.resolve("uneven"), List.of("many", "none", "rare"), 40, 0, 2);
    Item rare = even.train().get(80);
    DataSet data = only(even, item -> item.label() == 0 || item.equals(rare));
    assertThat(data.train()).hasSize(41);
    SettingValues training = epochs(2).with("batch_size", 16).with("augment", "pool:2");
    JsonNode table =
        lab.run(new FewShotCurve(List.of(data)), plan(ALL, training, 0), folder.resolve("out"));
    for (JsonNode cell : table.path("cells")) {
      JsonNode results = TinyLab.results(folder.resolve("out").resolve(cell.path("run").asText()));
      JsonNode target = results.path("targets").path(0);
      // The class without a training image is neither learned nor tested.
      assertThat(target.path("set").path("class_names"))
          .extracting(JsonNode::asText)
          .contains("many", "rare");
      assertThat(target.path("set").path("class_names")).hasSize(2);
      // An epoch of 41 images has two batches of 16. The pool would have five.
      assertThat(results.path("training").path("images").asInt()).isEqualTo(2 * 2 * 16);
    }
  }

  @ParameterizedTest
  @Tag("equality")
  @Tag("nightly")
  @ValueSource(strings = {"taskres", "clap"})
  void resumesByteIdentically(String id) throws IOException {
    DataSet data = TestImages.dataSet(folder.resolve("abc"), List.of("a", "b", "c"), 2, 0, 1);
    SettingValues training = epochs(4).with("batch_size", 2).with("augment", "pool:3");
    FewShotCurve protocol = new FewShotCurve(List.of(data));
    ExperimentPlan plan = plan(List.of(id), training, 2);
    JsonNode unused = lab.run(protocol, plan, folder.resolve("out"));
    byte[] expected = Files.readAllBytes(run("abc", id, 2).resolve("classifier.safetensors"));
    AtomicInteger steps = new AtomicInteger();
    int stops = 0;
    while (!Files.exists(folder.resolve("torn/results.json"))) {
      try {
        JsonNode done =
            lab.run(protocol, plan, folder.resolve("torn"), () -> steps.incrementAndGet() % 5 == 0);
        assertThat(done.path("cells")).hasSize(1);
      } catch (KgCoopException e) {
        assertThat(e.category()).isEqualTo(KgCoopException.Category.INTERRUPTED);
        stops++;
      }
    }
    assertThat(stops).isEqualTo(2); // in 4 epochs with 3 steps each
    Path torn = folder.resolve("torn/abc/%s/shots2/seed1/classifier.safetensors".formatted(id));
    assertThat(Files.readAllBytes(torn)).isEqualTo(expected);
  }

  @Test
  void rejectsOtherClassesForMethodsWithClosedClasses() {
    DataSet data = TestImages.dataSet(folder.resolve("ab"), List.of("a", "b"), 1, 0, 1);
    BaseToNew protocol = new BaseToNew(List.of(data));
    for (String id : List.of("taskres", "clap", "zs-lp")) {
      assertThatThrownBy(
              () -> lab.run(protocol, plan(List.of(id), epochs(1), 1), folder.resolve("out")))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("of each class cannot be used on new classes, such as 'b' of ab");
    }
    JsonNode table =
        lab.run(protocol, plan(List.of("clip-adapter"), epochs(1), 1), folder.resolve("new"));
    assertThat(table.path("cells").path(0).path("results").path("targets").findValuesAsText("name"))
        .containsExactly("base", "new");
  }

  @Test
  void theFileOfARunAnswersForSomeOfItsClasses() {
    DataSet data = TestImages.dataSet(folder.resolve("abc"), List.of("a", "b", "c_d"), 1, 0, 1);
    JsonNode unused =
        lab.run(new FewShotCurve(List.of(data)), plan(ALL, epochs(1), 1), folder.resolve("out"));
    for (String id : ALL) {
      ClassifierFile file =
          ClassifierFile.read(run("abc", id, 1).resolve("classifier.safetensors"));
      assertThat(file.method().id()).isEqualTo(id);
      try (Head some = file.classifier(lab.clip, List.of("c d", "a"));
          Scope scope = Scope.open("test")) {
        assertThat(some.logits(TinyClip.features(2)).shape()).containsExactly(2, 2);
      }
    }
  }
}
