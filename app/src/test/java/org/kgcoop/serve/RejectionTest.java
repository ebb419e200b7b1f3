package org.kgcoop.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.api.ClassGroups;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.eval.Calibration;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.ModelRegistry;

/** Tests of classifiers with a rejection threshold, in Java and of a server. */
class RejectionTest {
  @TempDir static Path folder;
  private static Clip clip;
  private static ClassifierFile file;
  private static byte[] sure;
  private static byte[] unsure;
  private static double between; // the largest probabilities of both images
  private static ModelRegistry models;
  private static ClassifierServer server;

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
    Path groups = folder.resolve("groups.csv");
    Files.writeString(groups, "class,group\ncat,animal\ndog,animal\nowl,animal\n");
    models = new ModelRegistry(byName, names -> ClassGroups.read(groups, names));
    server =
        new ClassifierServer(
            clip,
            models,
            "a {}.",
            new ServerSettings(
                "127.0.0.1", 0, null, new Limits(8, Duration.ofSeconds(20), 1 << 20, 0, 1 << 20)),
            line -> {},
            null);
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

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  private static JsonNode send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> answer =
          HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return new ObjectMapper().readTree(answer.body());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode classify(String model, byte[] image) {
    return send(
        request("/v1/classify?top=3&model=" + model).POST(BodyPublishers.ofByteArray(image)));
  }

  @Test
  void rejectsInJavaOnlyWithTheClassesOfTheFile() {
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
  void theAnswerOfTheServerHasTheGroup() {
    JsonNode rejected = classify("rejecting", unsure);
    assertThat(rejected.path("accepted").asBoolean()).isFalse();
    assertThat(rejected.path("groups")).hasSize(1);
    JsonNode group = rejected.path("groups").path(0);
    assertThat(group.path("level").asText()).isEqualTo("group");
    assertThat(group.path("name").asText()).isEqualTo("animal");
    assertThat(group.path("probability").asDouble()).isCloseTo(1, within(1e-6));
    assertThat(group.path("accepted").asBoolean()).isTrue();
    JsonNode zeroShot =
        send(request("/v1/zero-shot?classes=cat,dog").POST(BodyPublishers.ofByteArray(unsure)));
    assertThat(zeroShot.has("groups")).isFalse();
  }

  @Test
  void rejectsOnTheServer() {
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

    JsonNode listed = send(request("/v1/models")).path("models");
    assertThat(listed.path(0).path("threshold").asDouble()).isCloseTo(between, within(1e-12));
    assertThat(listed.path(1).has("threshold")).isFalse();
    assertThat(listed.path(1).path("temperature").asDouble()).isEqualTo(1);
  }
}
