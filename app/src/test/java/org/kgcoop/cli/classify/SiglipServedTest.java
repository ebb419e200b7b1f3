package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.api.Embedder;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.clip.siglip.SiglipFamily;
import org.kgcoop.runs.Predictions;

/**
 * Tests of a server with a SigLIP model: trained methods, a cache, a prompt and zero-shot classes.
 */
class SiglipServedTest {
  private static final ClipConfig SIGLIP =
      new ClipConfig(
          24,
          8,
          3,
          new ClipConfig.Text(32, 200, 16, 2, 2),
          Activation.GELU_PYTORCH_TANH,
          new ClipConfig.Vit(24, 2, 4, 3),
          SiglipFamily.FORM);

  private static final List<String> METHODS = List.of("taskres", "tip-adapter", "kgcoop");

  @TempDir static Path shared;
  private static Path data;
  private static Clip clip;
  private static ServedTable served;

  @BeforeAll
  static void learnAndServe() {
    Path weights = shared.resolve("clip");
    data = shared.resolve("drawings");
    RandomClip.write(weights, SIGLIP, 1);
    SampleDrawings.copyTo(data);
    Cli.Result table =
        Cli.run(
            "fewshot",
            "--methods",
            String.join(",", METHODS),
            "--shots",
            2,
            "--seeds",
            1,
            "--epochs",
            1,
            "--clip",
            weights,
            "--data",
            data,
            "--out",
            shared.resolve("table"),
            "--feature-cache",
            "none");
    assertThat(table.exitCode()).as(table.err()).isZero();
    served = new ServedTable(shared.resolve("table"), weights, METHODS);
    clip = served.clip();
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  private static JsonNode post(String path, BodyPublisher body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + served.port() + path))
            .POST(body)
            .build();
    HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return new ObjectMapper().readTree(answer.body());
  }

  @ParameterizedTest
  @FieldSource("METHODS")
  void answersAsTheRunMeasured(String id) throws IOException, InterruptedException {
    for (Predictions.Prediction each : served.found(id).subList(0, 3)) {
      BodyPublisher image = BodyPublishers.ofFile(data.resolve(each.image()));
      JsonNode first = post("/v1/classify?top=1&model=" + id, image).path("classes").path(0);
      assertThat(first.path("index").asInt()).isEqualTo(each.predicted());
      assertThat(first.path("probability").asDouble()).isCloseTo(each.confidence(), within(1e-4));
    }
  }

  @Test
  void classesByTheirNamesAreAnsweredAsTheLibraryDoes() throws IOException, InterruptedException {
    Path image = data.resolve(served.found("taskres").get(0).image());
    JsonNode classes =
        post(
                "/v1/zero-shot?classes=red%20fox,cow&top=2&template=the%20{}."
                    .replace("{}", "%7B%7D"),
                BodyPublishers.ofFile(image))
            .path("classes");
    try (Classifier library = Classifier.zeroShot(clip, List.of("red fox", "cow"), "the {}.")) {
      Classification expected = library.classify(image);
      assertThat(classes).hasSize(2);
      for (JsonNode one : classes) {
        assertThat(one.path("probability").asDouble())
            .isCloseTo(expected.probabilities()[one.path("index").asInt()], within(1e-4));
      }
    }
  }

  @Test
  void featuresAreThoseOfTheLibrary() throws IOException, InterruptedException {
    Path image = data.resolve(served.found("taskres").get(0).image());
    Embedder embedder = Embedder.unit(clip);
    JsonNode answer = post("/v1/embed", BodyPublishers.ofFile(image));
    assertSame(answer.path("images").path(0), embedder.embed(image));
    JsonNode texts = post("/v1/embed?text=a%20red%20fox", BodyPublishers.noBody());
    assertSame(texts.path("texts").path(0), embedder.embedText("a red fox"));
  }

  private static void assertSame(JsonNode found, float[] expected) {
    assertThat(found).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(found.get(i).floatValue()).isCloseTo(expected[i], within(1e-5f));
    }
  }
}
