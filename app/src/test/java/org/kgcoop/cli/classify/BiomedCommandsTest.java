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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.api.Classifier;
import org.kgcoop.api.Embedder;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.biomed.BiomedFamily;
import org.kgcoop.clip.biomed.RandomBiomedClip;
import org.kgcoop.runs.Predictions;

/** Passes a tiny BiomedCLIP to the commands. */
@Tag("system")
class BiomedCommandsTest {
  private static final ClipConfig BIOMED =
      new ClipConfig(
          20,
          16,
          3,
          new ClipConfig.Text(40, 300, 32, 2, 3),
          Activation.GELU,
          new ClipConfig.Vit(24, 2, 8, 3),
          BiomedFamily.FORM);

  /** One method of each kind, and the two that change an encoder. */
  private static final List<String> METHODS =
      List.of("taskres", "tip-adapter", "kgcoop", "cocoop", "lasp", "vpt", "clip-lora");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CONFIGURATION = 2;
  private static final int INTERRUPTED = 130;

  @TempDir static Path shared;
  private static Path weights;
  private static Path data;
  private static ServedTable served;

  @BeforeAll
  static void learnAndServe() throws IOException {
    weights = shared.resolve("clip");
    RandomBiomedClip.write(weights, BIOMED, 1);
    data = shared.resolve("drawings");
    SampleDrawings.copyTo(data, 3);
    Path table = shared.resolve("table");
    ok(
        "fewshot --shots 2 --seeds 1 --epochs 1 --set vpt.image_depth=2 --methods "
            + String.join(",", METHODS),
        "--data",
        data,
        "--out",
        table);
    served = new ServedTable(table, weights, METHODS);
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  /** Returns the words of a command, with the model. */
  private static Object[] words(String command, Object... more) {
    List<Object> all = new ArrayList<>(List.of(command.split(" ")));
    all.addAll(List.of(more));
    all.addAll(List.of("--clip", weights));
    if (!command.startsWith("export")) {
      all.addAll(List.of("--feature-cache", "none"));
    }
    return all.toArray();
  }

  private static JsonNode ok(String command, Object... more) throws IOException {
    Cli.Result result = Cli.run(words(command + " --json", more));
    assertThat(result.exitCode()).as(result.err()).isZero();
    return JSON.readTree(result.out());
  }

  @Test
  void inspectListsWhatIsAssumed() throws IOException {
    JsonNode json = JSON.readTree(Cli.run("inspect", weights, "--json").out());
    assertThat(json.path("family").asText()).isEqualTo("BiomedCLIP");
    assertThat(json.path("tokenizer").asText()).isEqualTo("300 token ids");
    assertThat(json.path("assumed").toString()).contains("epsilon 1e-12, exact GELU, padding");
  }

  @ParameterizedTest
  @FieldSource("METHODS")
  void predictServeAndTheLibraryRepeatTheRun(String id) throws IOException {
    Predictions.Prediction one = served.found(id).get(0);
    Path image = data.resolve(one.image());
    JsonNode predicted = ok("predict", served.run(id), image).path("images").path(0);
    JsonNode answered = served.post("/v1/classify?top=1&model=" + id, image);
    for (JsonNode answer : List.of(predicted, answered)) {
      JsonNode first = answer.path("classes").path(0);
      assertThat(first.path("index").asInt()).isEqualTo(one.predicted());
      assertThat(first.path("probability").asDouble()).isCloseTo(one.confidence(), within(1e-4));
    }
    try (Classifier library = Classifier.load(served.run(id), served.clip())) {
      assertThat(library.classify(image).probabilities()[one.predicted()])
          .isCloseTo((float) one.confidence(), within(1e-4f));
    }
  }

  /** OnnxTest of the bench module tests the numbers of such files. */
  @ParameterizedTest
  @ValueSource(strings = {"kgcoop", "tip-adapter", "vpt", "clip-lora"})
  void exportsToOnnx(String id) throws IOException {
    Path file = shared.resolve(id + ".onnx");
    ok("export --to onnx", served.run(id), "--out", file);
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
    String longText = "a chest x-ray of a lung ".repeat(10).strip();
    assertThat(ok("search --top 2", data, longText).path("found")).hasSize(2);
    assertThat(
            ok("predict --classes a,b --top 2", image, "--template", "this is {}").path("images"))
        .hasSize(1);
  }

  @Test
  void adaptChoosesAMethod() throws IOException {
    Path out = shared.resolve("adapted");
    assertThat(ok("adapt --shots 2 --minutes 0.05", data, "--out", out).isObject()).isTrue();
    assertThat(out.resolve("classifier.safetensors")).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"kgcoop", "taskres", "vpt --set image_depth=2", "clip-lora"})
  void aTrainingResumesByteIdentically(String method) {
    Path calm = shared.resolve("calm-" + method.split(" ")[0]);
    Path stopped = shared.resolve("stopped-" + method.split(" ")[0]);
    String command = "train --shots 1 --epochs 3 --method " + method;
    assertThat(Cli.run(words(command, "--data", data, "--out", calm)).exitCode()).isZero();
    AtomicInteger asked = new AtomicInteger();
    Object[] again = words(command, "--data", data, "--out", stopped);
    assertThat(Cli.run(() -> asked.incrementAndGet() > 2, again).exitCode()).isEqualTo(INTERRUPTED);
    assertThat(Cli.run(again).exitCode()).isZero();
    assertThat(stopped.resolve("classifier.safetensors"))
        .hasSameBinaryContentAs(calm.resolve("classifier.safetensors"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "maple --set depth=1",
        "ivlp --set text_depth=1 --set image_depth=1",
        "promptsrc --set text_depth=1 --set image_depth=1",
        "mmrl --set representation_layers=2",
        "tcp --set layer=1",
        "coop --set context_tokens=39"
      })
  void whatIsNotDefinedIsRefusedInOneLine(String method) {
    Path out = shared.resolve("none-" + method.split(" ")[0]);
    Cli.Result result = Cli.run(words("train --method " + method, "--data", data, "--out", out));
    assertThat(result.err().lines().filter(line -> line.startsWith("kgcoop:"))).hasSize(1);
    if (method.startsWith("coop")) {
      assertThat(result.errorLine()).contains("the model reads 40");
    } else {
      assertThat(result.exitCode()).as(result.err()).isEqualTo(CONFIGURATION);
      assertThat(result.errorLine()).contains("text encoder", "try kgcoop");
    }
  }
}
