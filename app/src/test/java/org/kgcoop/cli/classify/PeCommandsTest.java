package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.api.Embedder;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.clip.pe.PeFamily;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.runs.Predictions;

/** Passes a tiny PE-Core in Meta's layout to the commands. */
@Tag("system")
class PeCommandsTest {
  private static final ClipConfig PE =
      new ClipConfig(
          24,
          16,
          3,
          new ClipConfig.Text(32, 700, 32, 1, 3),
          Activation.GELU,
          new ClipConfig.Vit(24, 2, 8, 1),
          PeFamily.FORM);

  /** One method of each kind, and the two that change texts or the image encoder. */
  private static final List<String> METHODS =
      List.of("taskres", "tip-adapter", "kgcoop", "cocoop", "clip-lora");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CONFIGURATION = 2;
  private static final int INTERRUPTED = 130;

  @TempDir static Path shared;
  private static Path weights;
  private static Path data;
  private static ServedTable served;

  @BeforeAll
  static void learnAndServe() throws IOException {
    weights = metas(shared.resolve("clip"));
    data = shared.resolve("drawings");
    SampleDrawings.copyTo(data, 3);
    ok(
        "fewshot",
        "--methods",
        String.join(",", METHODS),
        "--shots",
        2,
        "--seeds",
        1,
        "--epochs",
        1,
        "--data",
        data,
        "--out",
        shared.resolve("table"));
    served = new ServedTable(shared.resolve("table"), weights, METHODS);
  }

  /** Writes a random PE-Core as Meta does: one file, with the names of its pooling. */
  private static Path metas(Path folder) throws IOException {
    RandomClip.write(folder, PE, 1);
    Path random = folder.resolve("model.safetensors");
    List<StoredTensor> renamed =
        Safetensors.read(random).tensors().values().stream()
            .map(
                tensor ->
                    StoredTensor.ofFloats(
                        tensor
                            .name()
                            .replace("visual.pool.ln.", "visual.attn_pool.layernorm.")
                            .replace("visual.pool.", "visual.attn_pool."),
                        tensor.shape(),
                        tensor.toFloats()))
            .toList();
    Path file = folder.resolve("PE-Core-T16-384.safetensors");
    Safetensors.write(file, renamed, Map.of());
    Files.delete(random);
    return file;
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  private static Cli.Result run(Object... words) {
    List<Object> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--clip", weights));
    if (!words[0].equals("export")) {
      all.addAll(List.of("--feature-cache", "none"));
    }
    return Cli.run(all.toArray());
  }

  private static JsonNode ok(Object... words) throws IOException {
    List<Object> all = new ArrayList<>(List.of(words));
    all.add("--json");
    Cli.Result result = run(all.toArray());
    assertThat(result.exitCode()).as(result.err()).isZero();
    return JSON.readTree(result.out());
  }

  @Test
  void inspectNamesTheFamily() throws IOException {
    JsonNode json = JSON.readTree(Cli.run("inspect", weights, "--json").out());
    assertThat(json.path("family").asText()).isEqualTo("PE-Core");
    assertThat(json.path("preprocessing").path("interpolation").asText()).isEqualTo("bilinear");
    assertThat(json.path("assumed").toString()).contains("activation GELU");
  }

  @ParameterizedTest
  @FieldSource("METHODS")
  void predictAndServeRepeatTheRun(String id) throws IOException {
    Predictions.Prediction one = served.found(id).get(0);
    Path image = data.resolve(one.image());
    JsonNode predicted = ok("predict", served.run(id), image).path("images").path(0);
    JsonNode answered = served.post("/v1/classify?top=1&model=" + id, image);
    for (JsonNode answer : List.of(predicted, answered)) {
      JsonNode first = answer.path("classes").path(0);
      assertThat(first.path("index").asInt()).isEqualTo(one.predicted());
      assertThat(first.path("probability").asDouble()).isCloseTo(one.confidence(), within(1e-4));
    }
  }

  /** OnnxTest of the bench module tests the numbers of such files. */
  @ParameterizedTest
  @ValueSource(strings = {"kgcoop", "tip-adapter", "clip-lora"})
  void exportsToOnnx(String id) throws IOException {
    Path file = shared.resolve(id + ".onnx");
    ok("export", served.run(id), "--to", "onnx", "--out", file);
    assertThat(file).isNotEmptyFile();
  }

  @Test
  void embedAndSearchUseTheModel() throws IOException {
    Path image = data.resolve(served.found("kgcoop").get(0).image());
    Path features = shared.resolve("features.csv");
    ok("embed", image, "--out", features);
    float[] expected = Embedder.unit(served.clip()).embed(image);
    String[] cells = Files.readAllLines(features).get(1).split(",", -1);
    assertThat(cells).hasSize(1 + expected.length);
    assertThat(Float.parseFloat(cells[1])).isCloseTo(expected[0], within(1e-5f));
    JsonNode found = ok("search", data, "--image", image, "--top", 2);
    assertThat(found.path("found")).hasSize(2);
    String longText = "a very long text about a book ".repeat(10);
    ok("search", data, longText, "--top", 1);
  }

  @Test
  void adaptChoosesAMethod() throws IOException {
    JsonNode report =
        ok("adapt", data, "--out", shared.resolve("adapted"), "--shots", 2, "--minutes", 0.05);
    assertThat(report.isObject()).isTrue();
    assertThat(shared.resolve("adapted").resolve("classifier.safetensors")).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"kgcoop", "tcp", "lasp", "clip-lora"})
  void aTrainingResumesByteIdentically(String id) {
    Path calm = shared.resolve("calm-" + id);
    Path stopped = shared.resolve("stopped-" + id);
    assertThat(Cli.run(training(id, calm)).exitCode()).isZero();
    AtomicInteger asked = new AtomicInteger();
    assertThat(Cli.run(() -> asked.incrementAndGet() > 2, training(id, stopped)).exitCode())
        .isEqualTo(INTERRUPTED);
    assertThat(Cli.run(training(id, stopped)).exitCode()).isZero();
    assertThat(stopped.resolve("classifier.safetensors"))
        .hasSameBinaryContentAs(calm.resolve("classifier.safetensors"));
  }

  private static Object[] training(String id, Path out) {
    List<Object> words =
        new ArrayList<>(
            List.of(
                "train",
                "--method",
                id,
                "--shots",
                1,
                "--epochs",
                3,
                "--clip",
                weights,
                "--data",
                data,
                "--feature-cache",
                "none",
                "--out",
                out));
    if (id.equals("tcp")) {
      words.addAll(List.of("--set", "layer=1"));
    }
    return words.toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"vpt", "ivlp", "maple", "promptsrc", "mmrl"})
  void promptsInTheImageEncoderAreRefused(String id) {
    List<Object> words =
        new ArrayList<>(
            List.of(
                "train", "--method", id, "--data", data, "--out", shared.resolve("none-" + id)));
    if (id.equals("maple")) {
      words.addAll(List.of("--set", "depth=1"));
    } else if (List.of("ivlp", "promptsrc").contains(id)) {
      words.addAll(List.of("--set", "text_depth=1", "--set", "image_depth=1"));
    }
    Cli.Result result = run(words.toArray());
    assertThat(result.exitCode()).as(result.err()).isEqualTo(CONFIGURATION);
    assertThat(result.err().lines().filter(line -> line.startsWith("kgcoop:"))).hasSize(1);
    assertThat(result.errorLine()).contains("the image encoder of this model is PE-Core's");
  }

  @Test
  void aLearnedPromptThatDoesNotFitIsRefused() {
    Cli.Result result =
        run(
            "train",
            "--method",
            "coop",
            "--set",
            "context_tokens=30",
            "--data",
            data,
            "--out",
            shared.resolve("long"));
    assertThat(result.errorLine()).contains("the model reads 32");
  }
}
