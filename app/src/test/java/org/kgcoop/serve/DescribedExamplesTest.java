package org.kgcoop.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.EmbeddedPrompt;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.image.Images;
import org.kgcoop.serve.ApiDescription.Route;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.ModelRegistry;

/** Sends the requests of {@code openapi.yaml} to a server, and compares its answers. */
class DescribedExamplesTest {
  private static final ApiDescription DESCRIPTION = ApiDescription.read();
  private static final String URL = "localhost:8080";

  @Test
  void aServerAnswersAsTheExamplesShow() throws Exception {
    ClassifierFile prompt = EmbeddedPrompt.read().orElseThrow();
    ServerSettings settings =
        new ServerSettings(
            "127.0.0.1",
            0,
            null,
            new Limits(8, Duration.ofSeconds(60), 1 << 20, 0, Images.DEFAULT_MAX_PIXELS));
    int compared = 0;
    try (Clip clip = Clip.load(EmbeddedClip.folder());
        ModelRegistry models =
            new ModelRegistry(
                Map.of(
                    "places", Classifier.of(prompt, clip, List.of("anchor", "tree", "umbrella"))));
        ClassifierServer server =
            new ClassifierServer(clip, models, EmbeddedClip.TEMPLATE, settings, line -> {}, null)) {
      for (Route route : DESCRIPTION.routes()) {
        JsonNode operation = DESCRIPTION.operation(route);
        JsonNode example = operation.at("/responses/200/content/application~1json/example");
        if (example.isMissingNode()) {
          continue;
        }
        String curl = operation.at("/x-codeSamples/0/source").asText();
        HttpResponse<String> response =
            HttpClient.newHttpClient().send(request(curl, server.port()), BodyHandlers.ofString());
        DESCRIPTION.assertDescribes(response);
        assertThat(response.request().uri().getPath()).isEqualTo(route.path());
        assertShows(example, new ObjectMapper().readTree(response.body()), route.toString());
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(4);
  }

  /** Returns the request of a call of curl. */
  private static HttpRequest request(String curl, int port) throws IOException {
    List<String> words =
        Pattern.compile("'([^']*)'|[^' ]+(?:'[^']*')?")
            .matcher(curl)
            .results()
            .map(match -> match.group().replace("'", ""))
            .toList();
    HttpRequest.Builder request = HttpRequest.newBuilder();
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    for (int i = 1; i < words.size(); i++) {
      switch (words.get(i)) {
        case "--data-binary" ->
            request.POST(BodyPublishers.ofFile(file(words.get(++i).substring(1))));
        case "-F" -> part(form, words.get(++i).split("=", 2));
        default -> {
          assertThat(words.get(i)).startsWith(URL);
          request.uri(
              URI.create("http://127.0.0.1:" + port + words.get(i).substring(URL.length())));
        }
      }
    }
    if (form.size() > 0) {
      form.writeBytes("--limit--\r\n".getBytes(UTF_8));
      request
          .header("Content-Type", "multipart/form-data; boundary=limit")
          .POST(BodyPublishers.ofByteArray(form.toByteArray()));
    }
    return request.build();
  }

  private static void part(ByteArrayOutputStream form, String[] pair) throws IOException {
    boolean isFile = pair[1].startsWith("@");
    form.writeBytes(
        "--limit\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n\r\n"
            .formatted(pair[0], isFile ? "; filename=\"a\"" : "")
            .getBytes(UTF_8));
    form.writeBytes(
        isFile ? Files.readAllBytes(file(pair[1].substring(1))) : pair[1].getBytes(UTF_8));
    form.writeBytes("\r\n".getBytes(UTF_8));
  }

  private static Path file(String name) {
    return Path.of("..", name);
  }

  /** Processors round differently, and times are of one call. */
  private static void assertShows(JsonNode example, JsonNode answer, String where) {
    if (where.endsWith(".milliseconds")) {
      assertThat(answer.asDouble()).isPositive();
    } else if (example.isObject()) {
      assertThat(names(answer)).as(where).isEqualTo(names(example));
      example
          .properties()
          .forEach(
              each ->
                  assertShows(
                      each.getValue(), answer.path(each.getKey()), where + "." + each.getKey()));
    } else if (example.isArray()) {
      boolean isFeature = example.path(0).isNumber();
      assertThat(answer).as(where).hasSizeGreaterThanOrEqualTo(example.size());
      assertThat(answer.size() == example.size() || isFeature).as(where).isTrue();
      for (int i = 0; i < example.size(); i++) {
        assertShows(example.get(i), answer.get(i), where + "[" + i + "]");
      }
    } else if (example.isFloatingPointNumber()) {
      assertThat(answer.asDouble())
          .as(where)
          .isCloseTo(example.asDouble(), within(where.contains(".classes") ? 1e-3 : 1e-5));
    } else {
      assertThat(answer).as(where).isEqualTo(example);
    }
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
