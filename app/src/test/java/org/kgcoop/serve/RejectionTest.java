package org.kgcoop.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classify.Classification;
import org.kgcoop.classify.Classifier;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.eval.Calibration;
import org.kgcoop.serve.InferenceClient.Answer;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.ModelRegistry;

/** Tests of classifiers with a rejection threshold, in Java and with both APIs of a server. */
class RejectionTest {
  /** The JSON object of a request for one binary image, without options and size. */
  private static final String REQUEST =
      "{%s\"inputs\":[{\"name\":\"image\",\"shape\":[2],\"datatype\":\"BYTES\","
          + "\"parameters\":{\"binary_data_size\":%s}}]}";

  @TempDir static Path folder;
  private static Clip clip;
  private static ClassifierFile file;
  private static byte[] sure;
  private static byte[] unsure;
  private static double between; // the largest probabilities of both images
  private static ModelRegistry models;
  private static ClassifierServer server;
  private static InferenceClient client;

  @BeforeAll
  static void start() throws IOException {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    clip = Clip.load(folder.resolve("clip"));
    file = TinyPrompt.of(clip, 1);
    SampleDrawings.copyTo(folder.resolve("drawings"));
    byte[] one = Files.readAllBytes(folder.resolve("drawings/bell/0.png"));
    byte[] other = Files.readAllBytes(folder.resolve("drawings/bell/1.png"));
    Classifier plain = Classifier.of(file, clip, TinyPrompt.NAMES);
    float first = plain.classify(one).best().probability();
    float second = plain.classify(other).best().probability();
    assertThat(first).isNotEqualTo(second);
    sure = first > second ? one : other;
    unsure = first > second ? other : one;
    between = (first + second) / 2;
    Map<String, Classifier> byName = new LinkedHashMap<>();
    byName.put("rejecting", classifier(TinyPrompt.NAMES));
    byName.put("plain", plain);
    models = new ModelRegistry(byName);
    server =
        new ClassifierServer(
            clip,
            models,
            new ServerSettings(
                "127.0.0.1",
                0,
                null,
                "a {}.",
                new Limits(8, Duration.ofSeconds(20), 1 << 20, 0, 1 << 20)),
            line -> {},
            null);
    client = new InferenceClient(server.port());
  }

  @AfterAll
  static void stop() {
    server.close();
    models.close();
    clip.close();
  }

  private static Classifier classifier(List<String> names) {
    Calibration.Rejection rejection = new Calibration.Rejection(between, 0.95, 0.9, 0.99);
    Calibration calibration = new Calibration(1, Calibration.Origin.OUT_OF_FOLD, 40, rejection);
    return Classifier.of(file.withCalibration(calibration), clip, names);
  }

  private static JsonNode classify(String model, byte[] image) {
    Answer answer = client.send(client.post("/v1/classify?top=3&model=" + model, image));
    assertThat(answer.status()).isEqualTo(200);
    return answer.json();
  }

  @Test
  void javaSaysIfAClassIsAcceptedAndOnlyForTheClassesOfTheFile() {
    try (Classifier own = classifier(TinyPrompt.NAMES);
        Classifier other = classifier(List.of("cat", "cow"))) {
      assertThat(own.threshold()).hasValue(between);
      assertThat(own.classify(sure).isAccepted()).isTrue();
      Classification rejected = own.classify(unsure);
      assertThat(rejected.isAccepted()).isFalse();
      assertThat(rejected.best().probability()).isLessThan((float) between);
      assertThat(other.threshold()).isEmpty();
      assertThat(other.classify(unsure).isAccepted()).isTrue();
    }
  }

  @Test
  void theFirstAddressSaysIfAClassIsAccepted() {
    JsonNode accepted = classify("rejecting", sure);
    assertThat(accepted.path("accepted").asBoolean()).isTrue();
    assertThat(accepted.path("threshold").asDouble()).isCloseTo(between, within(1e-12));
    JsonNode rejected = classify("rejecting", unsure);
    assertThat(rejected.path("accepted").isBoolean()).isTrue();
    assertThat(rejected.path("accepted").asBoolean()).isFalse();
    assertThat(rejected.path("classes")).hasSize(3);
    JsonNode plain = classify("plain", unsure);
    assertThat(plain.has("accepted")).isFalse();
    assertThat(plain.has("threshold")).isFalse();

    JsonNode listed = client.get("/v1/models").json().path("models");
    assertThat(listed.path(0).path("threshold").asDouble()).isCloseTo(between, within(1e-12));
    assertThat(listed.path(1).has("threshold")).isFalse();
    assertThat(listed.path(1).path("temperature").asDouble()).isEqualTo(1);
  }

  private static Answer infer(String model, @Nullable String parameters) {
    byte[] elements = InferenceClient.elements(sure, unsure);
    String start = parameters == null ? "" : parameters + ",";
    return client.infer(
        "/v2/models/" + model + "/infer", REQUEST.formatted(start, elements.length), elements);
  }

  @Test
  void theInferenceProtocolHasAnOutputOfIt() {
    JsonNode outputs = client.get("/v2/models/rejecting").json().path("outputs");
    assertThat(outputs.path(2).toString())
        .isEqualTo("{\"name\":\"accepted\",\"datatype\":\"BOOL\",\"shape\":[-1]}");
    assertThat(client.get("/v2/models/plain").json().path("outputs")).hasSize(2);

    assertThat(infer("rejecting", null).output("accepted").toString())
        .isEqualTo(
            "{\"name\":\"accepted\",\"datatype\":\"BOOL\",\"shape\":[2],\"data\":[true,false]}");
    Answer binary =
        infer(
            "rejecting",
            "\"outputs\":[{\"name\":\"accepted\",\"parameters\":{\"binary_data\":true}}]");
    byte[] body = binary.body();
    assertThat(Arrays.copyOfRange(body, binary.jsonLength(), body.length)).containsExactly(1, 0);

    Answer none = infer("plain", "\"outputs\":[{\"name\":\"accepted\"}]");
    assertThat(none.status()).isEqualTo(400);
    assertThat(none.error()).contains("expected 'probabilities' or 'label'");
  }
}
