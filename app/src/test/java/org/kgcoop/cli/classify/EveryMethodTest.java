package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.eval.Calibration;
import org.kgcoop.export.ExportedClassifier;
import org.kgcoop.export.FeatureFiles;
import org.kgcoop.files.Folders;
import org.kgcoop.io.StateDicts;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.Method;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.Tcp;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.method.encoder.EncoderMethod;
import org.kgcoop.method.encoder.Ivlp;
import org.kgcoop.method.encoder.Mmrl;
import org.kgcoop.method.encoder.Vpt;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.runs.Predictions;
import org.kgcoop.runs.RunResults;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Passes the classifier file of every method to all commands that accept classifiers, and compares
 * their results with the results of the run.
 */
@Tag("system")
class EveryMethodTest {
  private static final int CONFIGURATION = 2;
  private static final int WEIGHTS = 4;
  private static final int CLASSES = 4;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Methods without a fixed head. */
  private static final Set<String> BY_IMAGE = Set.of(CoCoOp.ID);

  @TempDir static Path shared;
  private static Path weights;
  private static Path data;
  private static Clip clip;
  private static ServedTable served;

  /** The same classifiers with a temperature. */
  private static ServedTable calibrated;

  private static final Calibration CALIBRATION =
      new Calibration(
          2.5,
          Calibration.Origin.OUT_OF_FOLD,
          24,
          new Calibration.Rejection(0.1, 0.96, 0.86, 0.999));

  static List<String> ids() {
    return TestedMethods.ids();
  }

  static List<String> inEncoders() {
    return ids().stream()
        .filter(id -> MethodRegistry.parse(named(id)) instanceof EncoderMethod)
        .toList();
  }

  /** Twelve blocks in each encoder, because published settings of methods need them. */
  private static final ClipConfig DEEP =
      new ClipConfig(
          32, 32, 3, 77, 1000, 32, 1, 12, Activation.QUICK_GELU, new ClipConfig.Vit(32, 12, 16, 1));

  /** Trains all methods for one epoch, on two images per class. */
  @BeforeAll
  static void learn() throws IOException {
    weights = shared.resolve("clip");
    data = shared.resolve("drawings");
    RandomClip.write(weights, DEEP, 1);
    SampleDrawings.copyTo(data, CLASSES);
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
            "--data",
            data,
            "--out",
            shared.resolve("table"),
            "--augment",
            "test",
            "--feature-cache",
            "none");
    assertThat(table.exitCode()).as(table.err()).isZero();

    served = new ServedTable(shared.resolve("table"), weights, ids());
    clip = served.clip();
    for (String id : ids()) {
      Path copy = Path.of(served.run(id).toString().replace("table", "calibrated"));
      Files.createDirectories(copy);
      ClassifierFile.read(ClassifierFile.at(served.run(id)))
          .withCalibration(CALIBRATION)
          .write(ClassifierFile.in(copy));
    }
    calibrated = new ServedTable(shared.resolve("calibrated"), weights, ids());
  }

  @AfterAll
  static void stop() {
    calibrated.close();
    served.close();
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

  @ParameterizedTest
  @MethodSource("ids")
  void predictAndEvalRepeatTheResultOfTheRun(String id) throws IOException {
    List<Predictions.Prediction> all = served.found(id);
    // Predict one image per class, and count all images with eval.
    List<Predictions.Prediction> found =
        List.copyOf(
            all.stream()
                .collect(
                    Collectors.toMap(
                        each -> Path.of(each.image()).getParent(),
                        each -> each,
                        (first, later) -> first,
                        LinkedHashMap::new))
                .values());
    assertThat(found).hasSize(CLASSES);
    List<Object> words = new ArrayList<>(List.of("predict", served.run(id)));
    found.forEach(each -> words.add(data.resolve(each.image())));
    JsonNode images = json(words.toArray()).path("images");

    assertThat(images).hasSameSizeAs(found);
    for (int i = 0; i < found.size(); i++) {
      JsonNode first = images.path(i).path("classes").path(0);
      assertThat(first.path("index").asInt()).isEqualTo(found.get(i).predicted());
      assertThat(first.path("probability").asDouble())
          .isCloseTo(found.get(i).confidence(), within(1e-4));
    }
    assertThat(
            json("eval", served.run(id), "--data", data, "--feature-cache", "none")
                .path("correct")
                .asLong())
        .isEqualTo(all.stream().filter(Predictions.Prediction::isRight).count());
  }

  /** Returns the methods that accept other classes than their training classes. */
  static List<String> transferable() {
    return ids().stream()
        .filter(id -> MethodRegistry.parse(named(id)).closedClassReason().isEmpty())
        .toList();
  }

  /**
   * Copies the drawings as the data set Oxford Pets, which has its own template and TCP pattern.
   * Trains each method that accepts other classes on the drawings, and tests it on the copy. Only
   * the first call does so.
   */
  private static void transfer() throws IOException {
    if (Files.exists(pets())) {
      return;
    }
    ObjectNode split = JSON.createObjectNode();
    List<Path> classes = Folders.folders(data);
    for (String part : List.of("train", "test")) {
      int from = part.equals("train") ? 0 : 4;
      for (int label = 0; label < classes.size(); label++) {
        String name = Folders.name(classes.get(label));
        for (int i = from; i < from + 4; i++) {
          split.withArray(part).addArray().add(name + "/" + i + ".png").add(label).add(name);
        }
      }
    }
    Files.writeString(pets(), split.toString());
    Cli.Result table =
        run(
            "cross",
            "--methods",
            String.join(",", transferable()),
            "--shots",
            2,
            "--seeds",
            1,
            "--epochs",
            1,
            "--source",
            data,
            "--data",
            pets(),
            "--images",
            data,
            "--out",
            shared.resolve("cross"),
            "--augment",
            "test",
            "--feature-cache",
            "none");
    assertThat(table.exitCode()).as(table.err()).isZero();
  }

  private static Path pets() {
    return data.resolveSibling("split_zhou_OxfordPets.json");
  }

  @ParameterizedTest
  @MethodSource("transferable")
  void evalAndPredictRepeatTheResultOfCross(String id) throws IOException {
    transfer();
    Path run = shared.resolve("cross/drawings").resolve(id).resolve("seed1");
    Predictions.OfTarget found = Predictions.read(run).target("OxfordPets").orElseThrow();
    Path published = shared.resolve("crossed").resolve(id);
    Cli.Result export = Cli.run("export", run, "--to", "published", "--out", published, "--json");
    List<Path> forms = new ArrayList<>(List.of(run));
    if (export.exitCode() == 0) {
      forms.add(Path.of(JSON.readTree(export.out()).path("file").asText()));
    }
    for (Path form : forms) {
      JsonNode told =
          json(
              "eval",
              form,
              "--data",
              pets(),
              "--images",
              data,
              "--feature-cache",
              "none",
              "--include-training-images");
      assertThat(told.path("confusion")).hasToString(JSON.writeValueAsString(found.confusion()));

      List<Object> words = new ArrayList<>(List.of("predict", form, "--data-set", "oxford_pets"));
      found.each().forEach(each -> words.add(data.resolve(each.image())));
      JsonNode images = json(words.toArray()).path("images");
      for (int i = 0; i < found.each().size(); i++) {
        JsonNode first = images.path(i).path("classes").path(0);
        assertThat(first.path("index").asInt()).isEqualTo(found.each().get(i).predicted());
        assertThat(first.path("probability").asDouble())
            .isCloseTo(found.each().get(i).confidence(), within(1e-4));
      }
    }
  }

  /** A file of the published code names neither its data set nor its template. */
  @ParameterizedTest
  @ValueSource(strings = {Tcp.ID, Mmrl.ID})
  void aPublishedFileHasTheTextsOfTheDataThatItIsAskedAbout(String id) throws IOException {
    Path run = shared.resolve("table/drawings").resolve(id).resolve("shots2/seed1");
    ClassifierFile own = ClassifierFile.read(ClassifierFile.at(run));
    Path bare = shared.resolve("bare-" + id + ".pth.tar-1");
    StateDicts.writePrompt(bare, own.parameters(), 1, Map.of());
    TaskContext pets = new TaskContext("OxfordPets", "a photo of a {}, a type of pet.", 16, 1);
    SettingValues settings = named(id);
    if (id.equals(Mmrl.ID)) {
      settings = settings.with("representation_layers", ((Mmrl) own.method()).layers());
    }
    Method there = PublishedDefaults.BASE_TO_NEW.method(settings, pets);

    ClassifierFile read = ClassifierFile.readAny(bare, own.classNames(), pets, null, warning -> {});

    assertThat(read.method().settingValues().text("template"))
        .isEqualTo("a photo of a {}, a type of pet.");
    assertThat(read.method().settingValues().text("pattern"))
        .isEqualTo(there.settingValues().text("pattern"));
    JsonNode stated =
        json(
            "eval",
            bare,
            "--data",
            data,
            "--template",
            "the {}, drawn.",
            "--feature-cache",
            "none");
    JsonNode usual = json("eval", bare, "--data", data, "--feature-cache", "none");
    assertThat(stated.path("probabilities").path("expected_calibration_error"))
        .isNotEqualTo(usual.path("probabilities").path("expected_calibration_error"));
  }

  @ParameterizedTest
  @MethodSource("ids")
  void aServerAnswersTheRun(String id) throws IOException, InterruptedException {
    Predictions.Prediction one = served.found(id).get(0);
    Path image = data.resolve(one.image());
    URI address =
        URI.create(
            "http://127.0.0.1:%s/v1/classify?top=1&model=%s"
                .formatted(served.port(), URLEncoder.encode(id, StandardCharsets.UTF_8)));
    JsonNode answer = posted(address, image);
    String body = answer.toString();
    JsonNode first = answer.path("classes").path(0);
    assertThat(first.path("index").asInt()).as(body).isEqualTo(one.predicted());
    assertThat(first.path("probability").asDouble()).isCloseTo(one.confidence(), within(1e-4));
  }

  private static JsonNode posted(URI address, Path image) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address).POST(BodyPublishers.ofFile(image)).build();
    return JSON.readTree(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body());
  }

  /** OnnxCalibrationTest of the bench module tests the ONNX files. */
  @ParameterizedTest
  @MethodSource("ids")
  void theTemperatureHoldsInJavaPredictAndTheServer(String id)
      throws IOException, InterruptedException {
    Path image = data.resolve(served.found(id).get(0).image());
    ClassifierFile plain = ClassifierFile.read(ClassifierFile.at(served.run(id)));
    double[] expected;
    try (Classifier classifier = Classifier.of(plain, clip, plain.classNames())) {
      expected = divided(classifier.classify(image).probabilities());
    }
    Map<String, double[]> found = new LinkedHashMap<>();
    boolean accepted;
    try (Classifier classifier = Classifier.load(calibrated.run(id), clip)) {
      assertThat(classifier.temperature()).isEqualTo(CALIBRATION.temperature());
      Classification answer = classifier.classify(image);
      accepted = answer.isAccepted();
      double[] own = new double[expected.length];
      answer.ranking().forEach(each -> own[each.index()] = each.probability());
      found.put("java", own);
    }
    JsonNode predicted = json("predict", calibrated.run(id), image, "--top", CLASSES);
    found.put("predict", byIndex(predicted.path("images").path(0).path("classes")));
    JsonNode answer = posted(address(calibrated.port(), id), image);
    found.put("serve", byIndex(answer.path("classes")));
    assertThat(answer.path("accepted").isBoolean()).isTrue();
    assertThat(answer.path("accepted").asBoolean()).isEqualTo(accepted);

    found.forEach(
        (where, probabilities) ->
            assertThat(probabilities).as(where).containsExactly(expected, within(1e-5)));
    JsonNode inspected = JSON.readTree(Cli.run("inspect", calibrated.run(id), "--json").out());
    assertThat(inspected.path("calibration").path("temperature").asDouble()).isEqualTo(2.5);
  }

  /** Returns softmax(log p / T), because the logits are log p plus a constant. */
  private static double[] divided(float[] probabilities) {
    double[] powers = new double[probabilities.length];
    double sum = 0;
    for (int c = 0; c < powers.length; c++) {
      powers[c] = Math.pow(probabilities[c], 1 / CALIBRATION.temperature());
      sum += powers[c];
    }
    for (int c = 0; c < powers.length; c++) {
      powers[c] /= sum;
    }
    return powers;
  }

  private static double[] byIndex(JsonNode classes) {
    double[] probabilities = new double[classes.size()];
    for (JsonNode each : classes) {
      probabilities[each.path("index").asInt()] = each.path("probability").asDouble();
    }
    return probabilities;
  }

  @ParameterizedTest
  @MethodSource("ids")
  void thePublishedFormOfACalibratedClassifierSaysThatItLosesTheTemperature(String id) {
    Path out = shared.resolve("published-calibrated").resolve(id);
    Cli.Result result = Cli.run("export", calibrated.run(id), "--to", "published", "--out", out);
    assertThat(
            result
                .err()
                .contains("cannot store the temperature and the threshold of this classifier"))
        .isEqualTo(result.exitCode() == 0);
  }

  /** The images of all models wait in one queue, but each one uses the encoder of its model. */
  @Test
  @Tag("equality")
  void aServersModelsAnswerTheSameBitsAloneAndAmongOthers() throws IOException {
    Path image = data.resolve(served.found(ZeroShot.ID).get(0).image());
    HttpClient http = HttpClient.newHttpClient();
    Map<String, HttpRequest> requests = new LinkedHashMap<>();
    for (String id : ids()) {
      requests.put(
          id,
          HttpRequest.newBuilder(address(served.port(), id))
              .POST(BodyPublishers.ofFile(image))
              .build());
    }
    Map<String, String> alone = new LinkedHashMap<>();
    for (String id : ids()) {
      alone.put(id, answer(http.sendAsync(requests.get(id), BodyHandlers.ofString())));
    }
    Map<String, List<CompletableFuture<HttpResponse<String>>>> among = new LinkedHashMap<>();
    for (int i = 0; i < 3; i++) {
      requests.forEach(
          (id, request) ->
              among
                  .computeIfAbsent(id, any -> new ArrayList<>())
                  .add(http.sendAsync(request, BodyHandlers.ofString())));
    }
    among.forEach(
        (id, answers) ->
            answers.forEach(each -> assertThat(answer(each)).isEqualTo(alone.get(id))));
    assertThat(alone.values()).doesNotHaveDuplicates();
  }

  /** Returns the address that answers with all classes. */
  private static URI address(int port, String id) {
    return URI.create(
        "http://127.0.0.1:%s/v1/classify?top=%s&model=%s"
            .formatted(port, CLASSES, URLEncoder.encode(id, StandardCharsets.UTF_8)));
  }

  /** Returns an answer without its time, with the numbers as the server sent them. */
  private static String answer(CompletableFuture<HttpResponse<String>> sent) {
    HttpResponse<String> answer = sent.join();
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body().replaceFirst("\"milliseconds\":[^,]*,", "");
  }

  /** OnnxTest of the bench module computes the graphs of these heads. */
  @ParameterizedTest
  @MethodSource("ids")
  void theFixedHeadGivesTheLogitsAndIsExported(String id) throws IOException {
    ClassifierFile file = ClassifierFile.read(ClassifierFile.at(served.run(id)));
    Path onnx = shared.resolve(id + ".onnx");
    Cli.Result whole = run("export", served.run(id), "--to", "onnx", "--out", onnx);
    Path csv = shared.resolve(id + ".csv");
    if (BY_IMAGE.contains(id)) {
      refused(whole, id, "--to published");
      return;
    }
    assertThat(whole.exitCode()).as(whole.err()).isZero();
    assertThat(onnx).isNotEmptyFile();
    try (Head classifier = file.classifier(clip, file.classNames());
        Scope scope = Scope.open("head")) {
      FixedHead head = classifier.fixed().orElseThrow();
      Tensor features = features(4, (int) head.width());
      float[] logits = classifier.logits(features).toFloats();
      assertThat(head.logits(features).toFloats()).containsExactly(logits, within(1e-3f));
      ExportedClassifier exported =
          ExportedClassifier.of(classifier, file.classNames(), clip, Map.of("method", id));
      if (classifier.encoder().isPresent()) {
        assertThatThrownBy(() -> FeatureFiles.csv(csv, exported))
            .isInstanceOf(KgCoopException.class)
            .hasMessageContaining(id + ") was trained inside the image encoder")
            .hasMessageContaining("--to onnx");
      } else if (head instanceof FixedHead.Linear) {
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
  void answersOrRejectsOtherClassNames(String id) {
    ClassifierFile file = ClassifierFile.read(ClassifierFile.at(served.run(id)));
    List<String> some = List.of(file.classNames().get(3), file.classNames().get(0));
    List<String> others = List.of("cow", "owl");
    Path image = data.resolve(served.found(id).get(0).image());

    try (Classifier classifier = Classifier.of(file, clip, some)) {
      assertThat(classifier.classify(image).probabilities()).hasSize(2);
    }
    if (file.method().closedClassReason().isPresent()) {
      refused(
          run("predict", served.run(id), image, "--classes", String.join(",", others)),
          file.method().title(),
          "cannot be used on new classes, such as 'cow'; its own are " + CLASSES);
    } else {
      try (Classifier classifier = Classifier.of(file, clip, others)) {
        assertThat(classifier.classify(image).probabilities()).hasSize(2);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ids")
  void inspectPrintsMethodSettingsAndClasses(String id) throws IOException {
    Cli.Result result = Cli.run("inspect", served.run(id), "--json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonNode told = JSON.readTree(result.out());

    assertThat(told.path("kind").asText()).isEqualTo("classifier file");
    assertThat(told.path("method").asText()).isEqualTo(MethodRegistry.title(id));
    assertThat(told.path("settings").path("method").asText()).isEqualTo(id);
    assertThat(told.path("class_names")).hasSize(CLASSES);
    assertThat(told.path("learned").isEmpty())
        .isEqualTo(told.path("tensors").path("count").asInt() == 0);
    assertThat(told.path("tensors").path("count").asInt())
        .isEqualTo(ClassifierFile.read(ClassifierFile.at(served.run(id))).parameters().size());
  }

  /** IVLP has two context vectors in front of each of the twelve blocks. */
  @Test
  void inspectPrintsTheBlocksOfVectors() {
    assertThat(RunResults.read(served.run(Ivlp.ID)).nearestWords()).hasSize(2);
    assertThat(RunResults.read(served.run(Vpt.ID)).nearestWords()).isEmpty();

    Cli.Result told = Cli.run("inspect", served.run(Ivlp.ID));
    assertThat(told.exitCode()).as(told.err()).isZero();
    assertThat(told.out())
        .contains("image_encoder.VPT (2, 32)")
        .contains("image_encoder.transformer.resblocks.1-11.VPT_shallow (2, 32)")
        .contains("text_encoder.transformer.resblocks.1-11.VPT_shallow (2, 32)");
  }

  @ParameterizedTest
  @MethodSource("ids")
  void thePublishedFormPredictsTheSameOrIsRejected(String id) throws IOException {
    Path out = shared.resolve("published").resolve(id);
    Cli.Result result =
        Cli.run("export", served.run(id), "--to", "published", "--out", out, "--json");
    if (result.exitCode() != 0) {
      refused(result, MethodRegistry.title(id));
      assertThat(id).isNotIn(CoOp.ID, ProGrad.ID, KgCoOp.ID, CoCoOp.ID, Tcp.ID);
      return;
    }
    Path file = Path.of(JSON.readTree(result.out()).path("file").asText());
    ClassifierFile own = ClassifierFile.read(ClassifierFile.at(served.run(id)));
    ClassifierFile read = ClassifierFile.readAny(file, own.classNames());
    assertThat(read.method()).isEqualTo(own.method());
    Path image = data.resolve(served.found(id).get(0).image());
    try (Classifier before = Classifier.of(own, clip, own.classNames());
        Classifier after = Classifier.of(read, clip, own.classNames())) {
      assertThat(after.classify(image).probabilities())
          .isEqualTo(before.classify(image).probabilities());
    }

    JsonNode told = JSON.readTree(Cli.run("inspect", file, "--json").out());
    assertThat(told.path("kind").asText()).isEqualTo("classifier in the published form");
    assertThat(told.path("method").asText()).isEqualTo(MethodRegistry.title(id));
    assertThat(told.path("settings").path("method").asText()).isEqualTo(id);
    assertThat(told.path("learned")).isNotEmpty();
    assertThat(told.path("use").path(0).asText()).contains("--classes");
  }

  /** The context of the file has one axis too few. */
  @Test
  void inspectNamesTheReasonOfARejectedFile() throws IOException {
    Path file = shared.resolve("refused/model.pth.tar-5");
    Files.createDirectories(file.getParent());
    StoredTensor tensor = StoredTensor.ofFloats("ctx", new long[] {3}, 1, 2, 3);
    StateDicts.writePrompt(file, Map.of(tensor.name(), tensor), 5, Map.of());
    JsonNode told = JSON.readTree(Cli.run("inspect", file, "--json").out());
    assertThat(told.path("kind").asText()).isEqualTo("classifier in the published form");
    assertThat(told.path("refused").asText()).contains("ctx");
    assertThat(told.has("not_a_clip")).isFalse();
  }

  /** Otherwise the first method of a table could train for an hour before the second one fails. */
  @Test
  void rejectsAMethodOfTheImageEncoderWithAResNet() {
    Path resNet = shared.resolve("resnet");
    RandomClip.write(
        resNet,
        new ClipConfig(
            16,
            32,
            3,
            77,
            1000,
            64,
            1,
            12,
            Activation.QUICK_GELU,
            new ClipConfig.ResNet(2, List.of(1, 1, 1, 1), 1)),
        1);
    for (String id : inEncoders()) {
      Path out = shared.resolve("refused").resolve(id);
      List<Object> rest =
          List.of("--data", data, "--out", out, "--feature-cache", "none", "--clip", resNet);
      List<Object> table =
          new ArrayList<>(List.of("base2new", "--methods", ZeroShot.ID + "," + id));
      table.addAll(rest);
      List<Object> one = new ArrayList<>(List.of("train", "--method", id));
      one.addAll(rest);
      for (List<Object> words : List.of(table, one)) {
        refused(Cli.run(words.toArray()), MethodRegistry.title(id), "a ResNet", "--clip ViT-B/16");
        assertThat(out).doesNotExist();
      }
    }
  }

  private static SettingValues named(String id) {
    return SettingValues.of("method", id);
  }
}
