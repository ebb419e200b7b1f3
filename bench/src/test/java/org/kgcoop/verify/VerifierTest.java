package org.kgcoop.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.DType;

/**
 * {@code src/test/scripts/reference_cases.py} generates the cases in the test resources. It
 * computes the published methods in float64. The folder {@code vit} covers GELU, several heads and
 * every class position. The folder {@code rn} covers the four methods and their published files.
 * The core module contains the cases in {@code data}. {@code tag_cases.py} computes those in {@code
 * tags}, which refit the head for each group that is left out.
 */
@Tag("system")
class VerifierTest {
  private static final Path RESOURCES = Path.of("src/test/resources/reference");
  private static final Path DATA = Path.of("../core/src/test/resources/reference/data");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private static Path folderOf(String name) {
    return name.equals("data") ? DATA : RESOURCES.resolve(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vit", "rn", "data", "tags"})
  void everyCaseOfAFolderPasses(String name) throws IOException {
    int cases = JSON.readTree(folderOf(name).resolve("cases.json").toFile()).path("cases").size();
    List<Outcome> reported = new ArrayList<>();
    List<Outcome> outcomes = Verifier.verify(folderOf(name), reported::add);
    assertThat(outcomes).hasSize(cases).isEqualTo(reported);
    assertThat(outcomes).filteredOn(outcome -> !outcome.passed()).isEmpty();
  }

  // ---- every check must be able to fail

  /** Copies a folder, changes its cases, and returns the outcome of one case. */
  private Outcome changed(String name, String id, Consumer<ObjectNode> change) throws IOException {
    copy(folderOf(name));
    return only(id, change);
  }

  /** Keeps only one case of the copy, changes it, and returns its outcome. */
  private Outcome only(String id, Consumer<ObjectNode> change) throws IOException {
    ObjectNode root = (ObjectNode) JSON.readTree(folder.resolve("cases.json").toFile());
    ArrayNode kept = JSON.createArrayNode();
    for (JsonNode testCase : root.path("cases")) {
      if (testCase.path("id").asText().equals(id)) {
        kept.add(testCase);
        change.accept((ObjectNode) testCase);
      }
    }
    assertThat(kept).as(id).hasSize(1);
    root.set("cases", kept);
    JSON.writeValue(folder.resolve("cases.json").toFile(), root);
    return Verifier.verify(folder, outcome -> {}).get(0);
  }

  private void copy(Path from) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path to = folder.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(to);
        } else {
          Files.copy(file, to);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode at(JsonNode node, Object... path) {
    JsonNode found = node;
    for (Object key : path) {
      found = key instanceof Integer index ? found.path(index) : found.path((String) key);
    }
    return (ObjectNode) found;
  }

  @Test
  void anUnchangedCopyPasses() throws IOException {
    assertThat(changed("vit", "train coop-front", c -> {}).passed()).isTrue();
  }

  @Test
  void aLossOffByMoreThanTheToleranceFails() throws IOException {
    Outcome outcome =
        changed(
            "vit",
            "train kgcoop-words",
            c -> {
              ObjectNode losses = at(c, "steps", 1, "losses");
              losses.put("knowledge", losses.path("knowledge").asDouble() + 2e-4);
            });
    assertThat(outcome.passed()).isFalse();
    assertThat(outcome.problem()).contains("knowledge of step 1 off by 2");
    assertThat(outcome.worst()).isBetween(1.5e-4, 2.5e-4);
  }

  @Test
  void aLossThatNoMethodHasFails() throws IOException {
    Outcome outcome =
        changed("vit", "train coop-front", c -> at(c, "steps", 0, "losses").put("other", 1));
    assertThat(outcome.passed()).isFalse();
    assertThat(outcome.problem()).contains("no loss 'other' of step 0");
  }

  /** Each of these settings changes a number, so a different value must fail. */
  @ParameterizedTest
  @CsvSource({
    "train kgcoop-words, weight, 3.01",
    "train kgcoop-words, template, \"{} textures\"",
    "train prograd-comma, lambda, 0.7",
    "train prograd-comma, temperature, 1.1",
    "train coop-middle, class_position, \"front\"",
    "train prograd-comma, words, \"\"",
    "train coop-front, method, \"kgcoop\""
  })
  void anotherSettingFails(String id, String key, String value) throws IOException {
    Outcome outcome = changed("vit", id, c -> at(c, "settings").set(key, read(value)));
    assertThat(outcome.passed()).as(outcome.toString()).isFalse();
    assertThat(outcome.problem()).isNotEmpty();
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({"momentum, 0.8", "weight_decay, 0.01"})
  void anotherOptimiserFails(String key, double value) throws IOException {
    assertThat(changed("vit", "train coop-csc", c -> c.put(key, value)).passed()).isFalse();
  }

  @Test
  void anotherActivationFails() throws IOException {
    assertThat(changed("vit", "text features", c -> c.put("activation", "quick_gelu")).passed())
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "vit, tokens, ids",
    "vit, image features, image_features",
    "vit, text features, text_features",
    "rn, zero-shot ensemble, zero_shot_ensemble",
    "vit, train coop-middle, coop-middle/grad0/ctx",
    "vit, train coop-csc-front, coop-csc-front/after2/ctx",
    "vit, train cocoop, cocoop/grad0/meta_net.linear1.weight",
    "rn, prompt file cocoop, cocoop/logits",
    "vit, run kgcoop, run/ctx"
  })
  void aChangedTensorFails(String name, String id, String tensor) throws IOException {
    copy(folderOf(name));
    change(tensor, values -> values[values.length / 2] += 0.01f + Math.abs(largest(values)) / 100);
    Outcome outcome = only(id, c -> {});
    assertThat(outcome.passed()).as(outcome.toString()).isFalse();
  }

  @Test
  void aTensorOfAnotherShapeFails() throws IOException {
    copy(folderOf("vit"));
    Map<String, StoredTensor> tensors =
        Safetensors.read(folder.resolve("tensors.safetensors")).tensors();
    StoredTensor whole = Objects.requireNonNull(tensors.get("image_features")); // (4, 24)
    write(
        tensors,
        new StoredTensor("image_features", DType.FLOAT32, new long[] {24, 4}, whole.data()));
    assertThat(only("image features", c -> {}).problem()).contains("shape of features");
    write(
        tensors,
        new StoredTensor(
            "image_features", DType.FLOAT32, new long[] {3, 24}, whole.data().limit(3 * 24 * 4)));
    assertThat(only("image features", c -> {}).problem()).contains("has 96 values, expected 72");
  }

  private static float largest(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  /** Rewrites one tensor of the copy and keeps its type. */
  private void change(String name, Consumer<float[]> change) {
    Map<String, StoredTensor> tensors =
        Safetensors.read(folder.resolve("tensors.safetensors")).tensors();
    StoredTensor tensor = Objects.requireNonNull(tensors.get(name), name);
    if (tensor.dtype() == DType.INT64) {
      ByteBuffer data = ByteBuffer.allocate(tensor.data().remaining());
      data.put(tensor.data()).flip().order(ByteOrder.LITTLE_ENDIAN);
      data.putLong(8, data.getLong(8) + 1);
      write(tensors, new StoredTensor(name, DType.INT64, tensor.shape(), data));
      return;
    }
    float[] values = tensor.toFloats();
    change.accept(values);
    write(tensors, StoredTensor.ofFloats(name, tensor.shape(), values));
  }

  private void write(Map<String, StoredTensor> tensors, StoredTensor other) {
    List<StoredTensor> all =
        tensors.values().stream().map(t -> t.name().equals(other.name()) ? other : t).toList();
    Safetensors.write(folder.resolve("tensors.safetensors"), all, Map.of());
  }

  @Test
  void aNumberThatIsNoneFailsWhateverTheTolerance() throws IOException {
    copy(folderOf("vit"));
    change("images", values -> values[0] = Float.NaN);
    Outcome outcome = only("image features", c -> {});
    assertThat(outcome.passed()).isFalse();
    assertThat(outcome.worst()).isInfinite();
  }

  @Test
  void aMissingTensorOrFileFailsAndTheOtherCasesStillCount() throws IOException {
    copy(folderOf("vit"));
    Map<String, StoredTensor> tensors =
        Safetensors.read(folder.resolve("tensors.safetensors")).tensors();
    Safetensors.write(
        folder.resolve("tensors.safetensors"),
        tensors.values().stream().filter(t -> !t.name().equals("text_features")).toList(),
        Map.of());
    Files.delete(folder.resolve("run/images/0/train0.png"));
    List<Outcome> outcomes = Verifier.verify(folder, outcome -> {});
    List<Outcome> failed = outcomes.stream().filter(outcome -> !outcome.passed()).toList();
    assertThat(failed).extracting(Outcome::id).containsExactly("text features", "run kgcoop");
    assertThat(failed.get(0).problem()).contains("no 'text_features'");
    assertThat(failed.get(1).problem()).contains("0/train0.png");
  }

  @Test
  void anUnknownKindFails() throws IOException {
    Outcome outcome = changed("data", "halves of 2", c -> c.put("kind", "quarters"));
    assertThat(outcome.passed()).isFalse();
    assertThat(outcome.problem()).isEqualTo("unknown kind 'quarters'");
  }

  @ParameterizedTest
  @CsvSource({
    "load, embed_dim, 25",
    "load, vision_heads, 2",
    "run kgcoop, correct_new, 9999",
    "run kgcoop, total_base, 11",
    "run kgcoop, h, 1.5"
  })
  void anotherExpectedValueFails(String id, String key, double value) throws IOException {
    Outcome outcome = changed("vit", id, c -> at(c, "expect").put(key, value));
    assertThat(outcome.passed()).as(outcome.toString()).isFalse();
  }

  /** The third tag of the case is written by the strict threshold. */
  @ParameterizedTest
  @CsvSource({
    "positives, 79",
    "effective_positives, 32.71",
    "threshold, 0.49141",
    "images, 83",
    "fold_images, 84",
    "fold_right, 76",
    "effective_images, 33.281",
    "promise, 79",
    "finds, 86",
    "strict_images, 57",
    "strict_threshold, 0.87407"
  })
  void anotherResultOfATagFails(String key, double value) throws IOException {
    Outcome outcome =
        changed("tags", "tags 22", c -> at(c, "expect", "results", 2).put(key, value));
    assertThat(outcome.passed()).isFalse();
    assertThat(outcome.problem()).contains(key);
  }

  @ParameterizedTest
  @CsvSource({"wish, 70", "distance, 0.5"})
  void anotherWishOrDistanceFails(String key, double value) throws IOException {
    Consumer<ObjectNode> change = c -> (key.equals("wish") ? c : at(c, "expect")).put(key, value);
    assertThat(changed("tags", "tags 22", change).passed()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"scores", "left_out", "results", "groups", "folds"})
  void aChangedListOfTagsFails(String key) throws IOException {
    Outcome outcome =
        changed(
            "tags",
            "tags 22",
            c -> {
              ArrayNode list = (ArrayNode) (c.has(key) ? c.path(key) : c.path("expect").path(key));
              list.add(list.remove(0)); // the first is now the last
            });
    assertThat(outcome.passed()).as(outcome.toString()).isFalse();
  }

  @Test
  void aMissingResultOfATagFails() throws IOException {
    Outcome outcome =
        changed("tags", "tags 22", c -> ((ArrayNode) c.path("expect").path("results")).remove(3));
    assertThat(outcome.problem()).contains("3 results of 4 tags");
  }

  @Test
  void anotherPlaceAmongTheDrawnImagesFails() throws IOException {
    Outcome outcome =
        changed(
            "vit",
            "run kgcoop",
            c -> {
              ArrayNode train = (ArrayNode) c.path("expect").path("train");
              JsonNode first = train.remove(0);
              train.insert(1, first);
            });
    assertThat(outcome.passed()).isFalse();
    assertThat(outcome.problem()).startsWith("train is ");
  }

  @Test
  void aFolderWithoutCasesIsAnErrorOfTheData() {
    assertThatThrownBy(() -> Verifier.verify(folder, outcome -> {}))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("cases.json")
        .extracting(e -> ((KgCoopException) e).category())
        .isEqualTo(KgCoopException.Category.DATA);
  }

  /** Nineteen of twenty labels are most probable, and the last one is wrong. */
  @Test
  void aModelOfWrongLabelsThatContradictsTheMarginsFails() throws IOException {
    ArrayNode labels = JSON.createArrayNode();
    ArrayNode margins = JSON.createArrayNode();
    float[] probabilities = new float[40];
    for (int i = 0; i < 20; i++) {
      labels.add(i % 2);
      boolean right = i < 19;
      probabilities[2 * i + i % 2] = right ? 0.9999f : 0.0001f;
      probabilities[2 * i + 1 - i % 2] = right ? 0.0001f : 0.9999f;
      margins.add(right ? 0.9999 : 0.0001);
    }
    Safetensors.write(
        folder.resolve("tensors.safetensors"),
        List.of(StoredTensor.ofFloats("p", new long[] {20, 2}, probabilities)),
        Map.of());
    ObjectNode root = JSON.createObjectNode().put("format", 1);
    ObjectNode only = root.putArray("cases").addObject().put("id", "s").put("kind", "suspects");
    only.put("probabilities", "p").set("labels", labels);
    only.putObject("expect").set("normalized_margin", margins);
    Path cases = folder.resolve("cases.json");
    JSON.writeValue(cases.toFile(), root);
    assertThat(Verifier.verify(folder, outcome -> {}).get(0).problem()).isEmpty();
    margins.set(19, JSON.getNodeFactory().numberNode(0.95));
    JSON.writeValue(cases.toFile(), root);
    assertThat(Verifier.verify(folder, outcome -> {}).get(0).problem())
        .contains("the labels of the images [19] are most probable, but also more often wrong");
  }
}
