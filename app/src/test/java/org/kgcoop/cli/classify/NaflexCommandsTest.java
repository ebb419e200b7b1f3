package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.kgcoop.api.Embedder;
import org.kgcoop.cli.Cli;
import org.kgcoop.clip.Clip;
import org.kgcoop.label.Labeling;
import org.kgcoop.runs.Predictions;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;

/** Commands with a model that keeps the shape of an image, and images of several shapes. */
@Tag("system")
class NaflexCommandsTest {
  private static final List<String> METHODS = List.of("gda", "tip-adapter-f", "kgcoop", "cocoop");

  @TempDir static Path shared;
  private static Path weights;
  private static Path data;
  private static ServedTable served;

  @TempDir Path folder;

  @BeforeAll
  static void trainAndServe() throws IOException {
    weights = shared.resolve("clip");
    data = shared.resolve("drawings");
    NaflexModel.write(weights);
    NaflexModel.writeImages(data);
    succeeds(
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

  @AfterAll
  static void stop() {
    served.close();
  }

  /** Runs a command with the model and a feature cache that the tests share. */
  private static Cli.Result run(Object... words) {
    List<Object> all = new ArrayList<>(Arrays.asList(words));
    all.addAll(List.of("--clip", weights));
    if (!List.of("export", "inspect").contains(words[0].toString())) {
      all.addAll(List.of("--feature-cache", shared.resolve("cache")));
    }
    return Cli.run(all.toArray());
  }

  private static String succeeds(Object... words) {
    Cli.Result result = run(words);
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result.out();
  }

  private static void refused(String message, Object... words) {
    Cli.Result result = run(words);
    assertThat(result.err()).contains(message);
    assertThat(result.errorLine()).contains(message);
    assertThat(result.exitCode()).isEqualTo(2);
  }

  /** The images of these requests have several shapes, and wait together. */
  @ParameterizedTest
  @FieldSource("METHODS")
  void answersAsTheRunMeasured(String id) {
    List<Predictions.Prediction> measured = served.found(id);
    List<CompletableFuture<JsonNode>> answers =
        measured.stream()
            .map(
                each ->
                    CompletableFuture.supplyAsync(
                        () ->
                            served.post(
                                "/v1/classify?top=1&model=" + id, data.resolve(each.image()))))
            .toList();
    for (int i = 0; i < measured.size(); i++) {
      JsonNode first = answers.get(i).join().path("classes").path(0);
      assertThat(first.path("index").asInt()).isEqualTo(measured.get(i).predicted());
      assertThat(first.path("probability").asDouble())
          .isCloseTo(measured.get(i).confidence(), within(1e-4));
    }
  }

  @Test
  void embedsSearchesAndLabels() throws IOException {
    Path features = folder.resolve("features.csv");
    succeeds("embed", data, "--out", features);
    assertThat(Files.readAllLines(features)).hasSizeGreaterThanOrEqualTo(32);
    assertThat(succeeds("search", data, "a bell", "--top", 3).lines())
        .hasSizeGreaterThanOrEqualTo(3);
    Path image = data.resolve(served.found("gda").get(0).image());
    float[] library = Embedder.unit(served.clip()).embed(image);
    JsonNode answer = served.post("/v1/embed", image).path("images").path(0);
    for (int i = 0; i < library.length; i++) {
      assertThat(answer.get(i).floatValue()).isCloseTo(library[i], within(1e-5f));
    }
    try (Labeling labeling = Labeling.of(data, served.clip()).open()) {
      assertThat(labeling).isNotNull();
    }
    Clip.Options fewer = new Clip.Options(DType.FLOAT32, Device.CPU, null, null, 6);
    try (Clip clip = Clip.load(weights, fewer)) {
      assertThatThrownBy(() -> Labeling.of(data, clip).open().close())
          .hasMessageContaining(
              "made with another CLIP; give the --clip of its first start (and its --max-patches)");
    }
  }

  @Test
  void adaptsAndPredicts() throws IOException {
    Path plan = Files.createDirectories(folder.resolve("plan"));
    Files.writeString(
        plan.resolve("adapt.json"),
        """
        {"plan": {"methods": ["zero-shot", "kgcoop"]}, "labels": {"origin": "unstated"},
         "images": {"copies": {}}, "result": {}}
        """);
    Path out = folder.resolve("adapted");
    succeeds("adapt", data, "--plan", plan, "--shots", 2, "--out", out);
    assertThat(succeeds("predict", out, data).lines()).hasSize(32);
    refused("add --max-patches 12", "predict", out, data, "--max-patches", 6);
  }

  @Test
  void aRunIsResumedWithTheSameNumberOfPatches() throws IOException {
    Object[] words = {
      "train",
      "--method",
      "coop",
      "--data",
      data,
      "--shots",
      2,
      "--epochs",
      1,
      "--augment",
      "online",
      "--out",
      folder.resolve("run"),
      "--max-patches",
      7
    };
    succeeds(words);
    String run = Files.readString(folder.resolve("run/run.json"));
    assertThat(run).contains("\"max_patches\" : 7");
    assertThat(succeeds(words)).contains("classifier: ");
    words[words.length - 1] = 8;
    refused("computation.max_patches was 7, is 8", words);
  }

  @Test
  void exportsAndInspects() {
    Path onnx = folder.resolve("classifier.onnx");
    assertThat(run("export", served.run("kgcoop"), "--to", "onnx", "--out", onnx).err())
        .contains("(batch, 3, height, width of multiples of 4)");
    assertThat(onnx).isNotEmptyFile();
    assertThat(Cli.run("inspect", weights).out())
        .contains("family: SigLIP 2 NaFlex", "resize shape kept, at most 12 patches of 4 pixels");
    assertThat(Cli.run("download", "--list").out())
        .contains("siglip2-base-patch16-naflex", "siglip2-so400m-patch16-naflex");
  }

  @Test
  void rejectsMethodsAndNumbersThatDoNotFit() {
    Object[] words = {"train", "--data", data, "--shots", 2, "--epochs", 1, "--out", folder};
    for (String method : List.of("vpt", "maple", "tcp", "clip-lora")) {
      Cli.Result result = run(with(words, "--method", method));
      assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
      assertThat(result.errorLine()).isNotEmpty();
    }
    refused("expected 1 to 4096, got 0", with(words, "--method", "coop", "--max-patches", 0));
  }

  private static Object[] with(Object[] words, Object... more) {
    List<Object> all = new ArrayList<>(Arrays.asList(words));
    all.addAll(Arrays.asList(more));
    return all.toArray();
  }
}
