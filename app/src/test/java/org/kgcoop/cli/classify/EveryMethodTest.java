package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.classify.Classifier;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.export.ExportedClassifier;
import org.kgcoop.export.FeatureFiles;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.catalogue.ClassifierFile;
import org.kgcoop.method.catalogue.MethodCatalogue;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.Formula;
import org.kgcoop.runs.Predictions;
import org.kgcoop.serve.ClassifierServer;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.model.ModelRegistry;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The file of every method is given to all commands that take classifiers: they say what the run
 * itself has found.
 */
class EveryMethodTest {
  private static final int CONFIGURATION = 2;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Methods without a formula of their logits. */
  private static final Set<String> BY_IMAGE = Set.of(CoCoOp.ID);

  @TempDir static Path shared;
  private static Path weights;
  private static Path data;
  private static Clip clip;
  private static ModelRegistry models;
  private static ClassifierServer server;

  static List<String> ids() {
    return MethodCatalogue.ids();
  }

  /** Two images of each class, one epoch: a table of all methods. */
  @BeforeAll
  static void learn() {
    weights = shared.resolve("clip");
    data = shared.resolve("drawings");
    RandomClip.write(weights, RandomClip.TINY, 1);
    SampleDrawings.copyTo(data);
    String methods = String.join(",", ids());
    Cli.Result table =
        run(
            "fewshot",
            "--methods",
            methods,
            "--shots",
            2,
            "--seeds",
            1,
            "--epochs",
            1,
            "--set",
            "tcp.layer=1",
            "--data",
            data,
            "--out",
            shared.resolve("table"),
            "--augment",
            "test",
            "--bank",
            "none");
    assertThat(table.exitCode()).as(table.err()).isZero();

    clip = Clip.load(weights);
    Map<String, Classifier> byId = new LinkedHashMap<>();
    ids().forEach(id -> byId.put(id, Classifier.load(runOf(id), clip)));
    models = new ModelRegistry(byId);
    ServerSettings settings =
        new ServerSettings(
            "127.0.0.1", 0, null, "a {}.", 8, Duration.ofSeconds(60), 1 << 20, 0, 1 << 20);
    server = new ClassifierServer(clip, models, settings, null, line -> {}, null);
  }

  @AfterAll
  static void stop() {
    server.close();
    models.close();
    clip.close();
  }

  private static Path runOf(String id) {
    return shared.resolve("table/drawings").resolve(id).resolve("shots2/seed1");
  }

  private static Cli.Result run(Object... words) {
    List<Object> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--clip", weights));
    return Cli.run(all.toArray());
  }

  private static JsonNode json(Object... words) throws IOException {
    List<Object> all = new ArrayList<>(List.of(words));
    all.add("--json");
    Cli.Result result = run(all.toArray());
    assertThat(result.exitCode()).as(result.err()).isZero();
    return JSON.readTree(result.out());
  }

  private static void refused(Cli.Result result, String... parts) {
    assertThat(result.errorLine()).contains(parts).doesNotContain("a bug");
    assertThat(result.err().lines().filter(l -> l.startsWith("kgcoop:"))).hasSize(1);
    assertThat(result.exitCode()).as(result.err()).isEqualTo(CONFIGURATION);
  }

  private static List<Predictions.Prediction> found(String id) {
    return Predictions.read(runOf(id)).targets().get(0).each();
  }

  @ParameterizedTest
  @MethodSource("ids")
  void predictAndEvalSayWhatTheRunSays(String id) throws IOException {
    List<Predictions.Prediction> found = found(id);
    List<Object> words = new ArrayList<>(List.of("predict", runOf(id)));
    found.forEach(each -> words.add(data.resolve(each.picture())));
    JsonNode pictures = json(words.toArray()).path("pictures");

    assertThat(pictures).hasSameSizeAs(found);
    for (int i = 0; i < found.size(); i++) {
      JsonNode first = pictures.path(i).path("classes").path(0);
      assertThat(first.path("index").asInt()).isEqualTo(found.get(i).predicted());
      assertThat(first.path("probability").asDouble())
          .isCloseTo(found.get(i).confidence(), within(1e-4));
    }
    assertThat(json("eval", runOf(id), "--data", data, "--bank", "none").path("correct").asLong())
        .isEqualTo(found.stream().filter(Predictions.Prediction::isRight).count());
  }

  @ParameterizedTest
  @MethodSource("ids")
  void aServerAnswersSo(String id) throws IOException, InterruptedException {
    Predictions.Prediction one = found(id).get(0);
    URI address =
        URI.create(
            "http://127.0.0.1:%s/v1/classify?top=1&model=%s"
                .formatted(server.port(), URLEncoder.encode(id, StandardCharsets.UTF_8)));
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .POST(BodyPublishers.ofFile(data.resolve(one.picture())))
            .build();
    String body = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();

    JsonNode first = JSON.readTree(body).path("classes").path(0);
    assertThat(first.path("index").asInt()).as(body).isEqualTo(one.predicted());
    assertThat(first.path("probability").asDouble()).isCloseTo(one.confidence(), within(1e-4));
  }

  /** Bench's OnnxTest has the graphs of formulas computed. */
  @ParameterizedTest
  @MethodSource("ids")
  void theFormulaGivesTheLogitsAndIsExported(String id) throws IOException {
    ClassifierFile file = ClassifierFile.read(ClassifierFile.at(runOf(id)));
    Path onnx = shared.resolve(id + ".onnx");
    Cli.Result whole = run("export", runOf(id), "--to", "onnx", "--out", onnx);
    Path csv = shared.resolve(id + ".csv");
    if (BY_IMAGE.contains(id)) {
      refused(whole, id, "--to published");
      return;
    }
    assertThat(whole.exitCode()).as(whole.err()).isZero();
    assertThat(onnx).isNotEmptyFile();
    try (FeatureClassifier classifier = file.classifier(clip, file.classNames());
        Scope scope = Scope.open("formula")) {
      Formula formula = classifier.formula().orElseThrow();
      Tensor features = features(4, (int) formula.width());
      float[] logits = classifier.logits(features).toFloats();
      assertThat(formula.logits(features).toFloats()).containsExactly(logits, within(1e-3f));
      ExportedClassifier exported =
          ExportedClassifier.of(classifier, file.classNames(), clip, Map.of("method", id));
      if (formula instanceof Formula.Linear) {
        FeatureFiles.csv(csv, exported);
        assertThat(Files.readAllLines(csv)).hasSize(1 + file.classNames().size());
      } else {
        assertThatThrownBy(() -> FeatureFiles.csv(csv, exported))
            .isInstanceOf(KgCoopException.class)
            .hasMessageContaining(id + ") is not linear")
            .hasMessageContaining("--to onnx");
      }
    }
  }

  private static Tensor features(int count, int width) {
    Random random = new Random(1);
    float[] values = new float[count * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(values, count, width).unitRows();
  }

  @ParameterizedTest
  @MethodSource("ids")
  void otherNamesAreAnsweredOrRefusedInOneLine(String id) {
    ClassifierFile file = ClassifierFile.read(ClassifierFile.at(runOf(id)));
    List<String> some = List.of(file.classNames().get(3), file.classNames().get(0));
    List<String> others = List.of("cow", "owl");
    Path picture = data.resolve(found(id).get(0).picture());

    try (Classifier classifier = Classifier.of(file, clip, some)) {
      assertThat(classifier.classify(picture).probabilities()).hasSize(2);
    }
    if (file.method().bound().isPresent()) {
      refused(
          run("predict", runOf(id), picture, "--classes", String.join(",", others)),
          file.method().title(),
          "cannot be used on new classes, such as 'cow'; its own are 12");
    } else {
      try (Classifier classifier = Classifier.of(file, clip, others)) {
        assertThat(classifier.classify(picture).probabilities()).hasSize(2);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ids")
  void inspectTellsTheMethodItsSettingsAndItsClasses(String id) throws IOException {
    Cli.Result result = Cli.run("inspect", runOf(id), "--json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonNode told = JSON.readTree(result.out());

    assertThat(told.path("kind").asText()).isEqualTo("classifier file");
    assertThat(told.path("method").asText()).isEqualTo(MethodCatalogue.title(id));
    assertThat(told.path("settings").path("method").asText()).isEqualTo(id);
    assertThat(told.path("class_names")).hasSize(12);
    assertThat(told.path("tensors").path("count").asInt())
        .isEqualTo(ClassifierFile.read(ClassifierFile.at(runOf(id))).parameters().size());
  }
}
