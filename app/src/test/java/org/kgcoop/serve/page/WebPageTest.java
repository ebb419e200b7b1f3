package org.kgcoop.serve.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.api.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.image.Images;
import org.kgcoop.serve.ApiDescription;
import org.kgcoop.serve.ClassifierServer;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.ModelRegistry;

/** Tests of the responses at the addresses of the page, and of their access rules. */
class WebPageTest {
  private static final String TOKEN = "0123456789abcdef";
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final ApiDescription DESCRIPTION = ApiDescription.read();

  @TempDir static Path folder;
  private static Clip clip;
  private static ModelRegistry models;
  private static ClassifierServer server;
  private static final List<String> LOG = new ArrayList<>();

  @BeforeAll
  static void start() throws IOException {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    clip = Clip.load(folder.resolve("clip"));
    models =
        new ModelRegistry(
            Map.of("pets", Classifier.zeroShot(clip, List.of("cat", "dog"), "a photo of a {}.")));
    server = new ClassifierServer(clip, models, "a {}.", settings(), LOG::add, null);
  }

  @AfterAll
  static void stop() {
    server.close();
    models.close();
    clip.close();
  }

  private static ServerSettings settings() {
    return new ServerSettings(
        "127.0.0.1",
        0,
        TOKEN,
        new Limits(8, Duration.ofSeconds(20), 20_000, 0, Images.DEFAULT_MAX_PIXELS));
  }

  private static HttpResponse<byte[]> send(String method, String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .method(method, BodyPublishers.noBody());
    try {
      HttpResponse<byte[]> answer =
          CLIENT.send(
              (headers.length == 0 ? request : request.headers(headers)).build(),
              BodyHandlers.ofByteArray());
      DESCRIPTION.assertDescribes(answer);
      return answer;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static HttpResponse<byte[]> get(String path, String... headers) {
    return send("GET", path, headers);
  }

  private static HttpResponse<byte[]> authorised(String path) {
    return get(path, "Authorization", "Bearer " + TOKEN);
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  private static JsonNode about() throws IOException {
    return new ObjectMapper().readTree(get("/page/about.json").body());
  }

  @Test
  void servesThePageWithoutTokenAndWithAStrictPolicy() {
    HttpResponse<byte[]> index = get("/");
    assertThat(index.statusCode()).isEqualTo(200);
    Document page = Jsoup.parse(text(index));
    List<String> parts = new ArrayList<>(List.of("/"));
    page.select("[src], link[href]")
        .forEach(e -> parts.add("/" + (e.hasAttr("src") ? e.attr("src") : e.attr("href"))));
    parts.addAll(List.of("/page/bars.js", "/page/requests.js")); // page.js imports them
    assertThat(parts).hasSize(7);
    for (String part : parts) {
      HttpResponse<byte[]> response = get(part);
      assertThat(response.statusCode()).as(part).isEqualTo(200);
      assertThat(response.headers().firstValue("Content-Security-Policy").orElse(""))
          .startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
          .contains("frame-ancestors 'none'")
          .doesNotContain("unsafe", "*", "http");
    }
    assertThat(page.select("[style], style, [onclick], script:not([src])")).isEmpty();
  }

  /** Users of a screen reader jump from landmark to landmark. */
  @Test
  void putsAllContentIntoLandmarks() {
    Document page = Jsoup.parse(text(get("/")));
    assertThat(page.body().children())
        .hasSizeGreaterThan(3)
        .allMatch(e -> e.is("a.skip, header, main, footer, form[aria-label]"));
  }

  @Test
  void tellsThePageIfItNeedsAToken() throws IOException {
    JsonNode about = about();
    assertThat(about.path("token").asBoolean()).isTrue();
    assertThat(about.path("max_bytes").asInt()).isEqualTo(20_000);
    assertThat(about.path("template").asText()).isEqualTo("a {}.");
    assertThat(about.path("note").asText()).isEmpty(); // this CLIP has no description
    assertThat(about.toString()).doesNotContain(TOKEN);
  }

  @Test
  void servesNoOtherFileOfTheClassPath() {
    for (String path :
        List.of(
            "/page/examples.json",
            "/page/openapi.yaml",
            "/page/..%2fopenapi.yaml",
            "/page/%2e%2e/openapi.yaml",
            "/page/page/index.html",
            "/page/WebPage.class")) {
      assertThat(get(path).statusCode()).as(path).isIn(400, 401, 404);
      assertThat(authorised(path).statusCode()).as(path).isIn(400, 404);
    }
  }
}
