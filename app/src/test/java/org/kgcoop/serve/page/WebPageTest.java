package org.kgcoop.serve.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.classify.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.files.FolderTree;
import org.kgcoop.files.LockedFile;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.serve.ApiDescription;
import org.kgcoop.serve.ClassifierServer;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.model.ModelRegistry;
import org.kgcoop.tables.StoredRuns;

/** What the page's addresses answer, and to whom. */
class WebPageTest {
  private static final String TOKEN = "0123456789abcdef";
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final ApiDescription DESCRIPTION = ApiDescription.read();

  @TempDir static Path folder;
  private static Clip clip;
  private static ModelRegistry models;
  private static ClassifierServer server;
  private static Path runs;
  private static final List<String> LOG = new ArrayList<>();

  @BeforeAll
  static void start() throws IOException {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    clip = Clip.load(folder.resolve("clip"));
    models =
        new ModelRegistry(
            Map.of("pets", Classifier.zeroShot(clip, List.of("cat", "dog"), "a photo of a {}.")));
    runs = Files.createDirectory(folder.resolve("runs"));
    StoredRuns.run("coop", "pets", 1).target("test", 3, 4).write(runs.resolve("a <b>&'run"));
    StoredRuns.run("kgcoop", "pets", 1)
        .target("test", 4, 4)
        .write(runs.resolve("table/pets/kgcoop"));
    Files.writeString(
        runs.resolve("table/results.json"),
        "{'settings': {'protocol': 'fewshot'}}".replace('\'', '"'));
    Path damaged = runs.resolve("damaged");
    StoredRuns.run("coop", "pets", 2).target("test", 1, 4).write(damaged);
    server = new ClassifierServer(clip, models, settings(), runs, LOG::add, null);
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
        "a {}.",
        8,
        Duration.ofSeconds(20),
        20_000,
        0,
        ServerSettings.DEFAULT_MAX_PIXELS);
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
      DESCRIPTION.assertDescribes(method, answer.uri().getPath(), answer.statusCode());
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
  void thePageAndAllThatItNamesNeedNoTokenAndHaveAStrictPolicy() {
    HttpResponse<byte[]> index = get("/");
    assertThat(index.statusCode()).isEqualTo(200);
    Document page = Jsoup.parse(text(index));
    List<String> parts = new ArrayList<>(List.of("/"));
    page.select("[src], link[href]")
        .forEach(e -> parts.add(e.hasAttr("src") ? e.attr("src") : e.attr("href")));
    parts.add("/page/bars.js"); // imported by page.js
    assertThat(parts).hasSize(5);
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

  /** Those who hear a page skip from one landmark to the next, by their names. */
  @Test
  void landmarksHaveNamesOfTheirOwnAndHoldAllThatIsShown() {
    Document page = Jsoup.parse(text(get("/")));
    assertThat(page.body().children())
        .hasSizeGreaterThan(3)
        .allMatch(e -> e.is("a.skip, header, main, footer, form[aria-label]"));
    Document list = Jsoup.parse(text(authorised("/runs")));
    assertThat(list.body().children()).allMatch(e -> e.is("a.skip, header, main"));
    List<String> names = list.select("section h2").eachText();
    names.addAll(list.select("nav, [role=region]").eachAttr("aria-label"));
    assertThat(names).hasSizeGreaterThan(4).doesNotHaveDuplicates();
  }

  @Test
  void examplesArePicturesThatAreCredited() throws IOException {
    JsonNode examples = about().path("examples");
    assertThat(examples).hasSize(10);
    for (JsonNode example : examples) {
      HttpResponse<byte[]> picture = get(example.path("picture").asText());
      assertThat(picture.headers().firstValue("Content-Type")).contains("image/png");
      assertThat(ImageIO.read(new ByteArrayInputStream(picture.body())).getWidth()).isEqualTo(64);
      assertThat(example.path("credit").asText())
          .matches("from .+ by .+, (MIT|CC-BY-4.0|Apache-2.0|ISC|OFL-1.1)");
      assertThat(example.path("names").get(0).asText()).isEqualTo(example.path("title").asText());
    }
  }

  @Test
  void thePageKnowsWhatItHasToAskFor() throws IOException {
    JsonNode about = about();
    assertThat(about.path("token").asBoolean()).isTrue();
    assertThat(about.path("runs").asBoolean()).isTrue();
    assertThat(about.path("max_bytes").asInt()).isEqualTo(20_000);
    assertThat(about.path("template").asText()).isEqualTo("a {}.");
    assertThat(about.path("note").asText()).isEmpty(); // of a CLIP that nothing is known of
    assertThat(about.toString()).doesNotContain(TOKEN);
  }

  @Test
  void noOtherFileOfTheClassPathIsServed() {
    for (String path :
        List.of(
            "/page/examples.json",
            "/page/openapi.yaml",
            "/page/examples/10",
            "/page/examples/999",
            "/page/..%2fopenapi.yaml",
            "/page/%2e%2e/openapi.yaml",
            "/page/page/index.html",
            "/page/WebPage.class")) {
      assertThat(get(path).statusCode()).as(path).isIn(400, 401, 404);
      assertThat(authorised(path).statusCode()).as(path).isIn(400, 404);
    }
  }

  @Test
  void runsAreListedAndEachLeadsToItsReport() {
    HttpResponse<byte[]> list = authorised("/runs");
    assertThat(list.statusCode()).as(text(list)).isEqualTo(200);
    assertThat(list.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'", "style-src 'sha256-")
        .doesNotContain("unsafe");
    Document page = Jsoup.parse(text(list));
    assertThat(page.select("h2").eachText())
        .containsExactly("Tables", "Methods", "Methods, fewshot", "Runs");
    List<Element> links = page.select("tbody a");
    assertThat(links.stream().map(Element::text))
        .containsExactlyInAnyOrder("table", "a <b>&'run", "table/pets/kgcoop", "damaged");
    for (Element link : links) {
      HttpResponse<byte[]> report = authorised(link.attr("href"));
      assertThat(report.statusCode()).as(link.text()).isEqualTo(200);
      assertThat(Jsoup.parse(text(report)).select("main section")).isNotEmpty();
      assertThat(Jsoup.parse(text(report)).select(".back a").attr("href")).isEqualTo("/runs");
    }
    assertThat(page.select("tr:contains(a <b>)").text()).contains("coop", "test 75.00", "complete");
  }

  @Test
  void whatGoesOnIsShownAsItStandsUntilItEnds() throws IOException {
    Path run = StoredRuns.run("kgcoop", "flowers", 1).running().write(runs.resolve("going"));
    try {
      Files.writeString(run.resolve("progress.json"), "{\"steps\": 40, \"from\": 0}");
      String report = "/runs/report?run=going";
      try (LockedFile lock = RunFolders.lock(run)) {
        for (int step = 1; step <= 2; step++) {
          Files.writeString(
              run.resolve("events.jsonl"),
              "{\"step\":%s,\"epoch\":1,\"loss\":1}%n".formatted(step),
              StandardOpenOption.CREATE,
              StandardOpenOption.APPEND);
          for (String path : List.of("/runs", report)) {
            Document page = Jsoup.parse(text(authorised(path)));
            assertThat(page.select("#progress tbody").text()).contains(step + " of 40");
            assertThat(page.select("meta[http-equiv=refresh]")).hasSize(1);
          }
        }
        Document list = Jsoup.parse(text(authorised("/runs")));
        assertThat(list.select("#progress tbody a").attr("href")).isEqualTo(report);
      }
      for (String path : List.of("/runs", report)) {
        Document page = Jsoup.parse(text(authorised(path)));
        assertThat(page.select("tr:contains(flowers)").text()).as(path).contains("stopped");
        assertThat(page.select("meta[http-equiv=refresh]")).as(path).isEmpty();
      }
      StoredRuns.run("kgcoop", "flowers", 1).target("test", 3, 4).write(run);
      Document page = Jsoup.parse(text(authorised(report)));
      assertThat(page.select("#progress")).isEmpty();
      assertThat(page.select("#runs").text()).contains("75.00");
    } finally {
      FolderTree.delete(run);
    }
  }

  @Test
  void anAdaptationIsShownWhileMethodsAreCompared() throws IOException {
    Path adaptation = Files.createDirectories(runs.resolve("adapt-pets"));
    try {
      Files.writeString(
          adaptation.resolve("adapt.json"),
          """
          {"settings": {"data": "pets"}, "plan": {"shots": 0, "views": 0},
           "images": {"count": 6, "classes": 2, "fewest": 3, "most": 3},
           "candidates": [{"method": "clip", "title": "CLIP", "value": 50.0, "leftOut": ""}]}
          """);
      String link = RunOverview.link("run", "adapt-pets");
      Path work = Files.createDirectory(adaptation.resolve(".adapt"));
      try (LockedFile lock = RunFolders.lock(work)) {
        Document list = Jsoup.parse(text(authorised("/runs")));
        assertThat(list.select("#progress tbody a").attr("href")).isEqualTo(link);
        assertThat(list.select("#progress tbody").text())
            .contains("adapt-pets", "methods measured so far: 1", "running");
        assertThat(list.select("meta[http-equiv=refresh]")).hasSize(1);
        Document report = Jsoup.parse(text(authorised(link)));
        assertThat(report.select("main").text()).contains("Adaptation", "pets", "50.00");
      }
      assertThat(Jsoup.parse(text(authorised("/runs"))).select("#progress")).isEmpty();
    } finally {
      FolderTree.delete(adaptation);
    }
  }

  @Test
  void aNameThatTheIndexDoesNotHaveIsNoPath() throws IOException {
    Path outside = folder.resolve("outside");
    StoredRuns.run("coop", "secret", 1).target("test", 1, 1).write(outside);
    for (String name :
        List.of("../outside", outside.toString(), "none", "", ".", "table/../table")) {
      for (String kind : List.of("run", "table")) {
        String path = RunOverview.link(kind, name);
        assertThat(authorised(path).statusCode()).as(path).isEqualTo(404);
      }
    }
    assertThat(authorised("/runs/report").statusCode()).isEqualTo(400);
    assertThat(authorised("/runs/report?run=a&table=b").statusCode()).isEqualTo(400);
  }

  @Test
  void aRunThatBecameUnreadableIsRefusedWithoutInternals() throws IOException {
    Path damaged = runs.resolve("damaged");
    for (String name : List.of("results.json", "run.json")) {
      byte[] before = Files.readAllBytes(damaged.resolve(name));
      try {
        for (String content :
            List.of(
                "",
                "{",
                "[]",
                "null",
                "{'targets': {}}",
                "{'targets': [null]}",
                "{'targets': [{'name': 'test', 'class_names': ['', 'b', 'c'],"
                    + " 'confusion': [[0, 1, 0], [0, 0, 1], [0, 0, 1]], 'correct': 1, 'total': 3}]}",
                "{'targets': [{'name': 'test', 'class_names': [], 'labels': [7],"
                    + " 'predictions': [-1], 'correct': 1, 'total': 0}]}")) {
          Files.writeString(damaged.resolve(name), content.replace('\'', '"'));
          HttpResponse<byte[]> report = authorised("/runs/report?run=damaged");
          assertThat(report.statusCode()).as(content).isIn(200, 404, 409);
          assertThat(text(report)).doesNotContain(folder.toString(), "Exception");
          assertThat(authorised("/runs").statusCode()).as(content).isEqualTo(200);
        }
      } finally {
        Files.write(damaged.resolve(name), before);
      }
    }
    Path table = runs.resolve("table/results.json");
    byte[] before = Files.readAllBytes(table);
    try {
      for (String content : List.of("", "[]", "{", "3", "{\"cells\": [1], \"rows\": {}}")) {
        Files.writeString(table, content);
        assertThat(authorised("/runs/report?table=table").statusCode())
            .as(content)
            .isIn(200, 404, 409);
        assertThat(authorised("/runs").statusCode()).as(content).isEqualTo(200);
      }
    } finally {
      Files.write(table, before);
    }
  }

  @Test
  void theCookieOpensThePagesOfRunsAndNothingElse() {
    assertThat(get("/runs").statusCode()).isEqualTo(401);
    assertThat(send("POST", "/runs/session").statusCode()).isEqualTo(401);
    HttpResponse<byte[]> granted =
        send("POST", "/runs/session", "Authorization", "Bearer " + TOKEN);
    assertThat(granted.statusCode()).isEqualTo(204);
    String set = granted.headers().firstValue("Set-Cookie").orElse("");
    assertThat(set).contains("HttpOnly", "SameSite=Strict", "Path=/runs").doesNotContain(TOKEN);
    String cookie = set.substring(0, set.indexOf(';'));
    assertThat(get("/runs", "Cookie", cookie).statusCode()).isEqualTo(200);
    assertThat(get("/runs", "Cookie", "a=b; " + cookie).statusCode()).isEqualTo(200);
    assertThat(get("/runs/report?table=table", "Cookie", cookie).statusCode()).isEqualTo(200);
    assertThat(get("/runs", "Cookie", cookie + "x").statusCode()).isEqualTo(401);
    assertThat(get("/v1/models", "Cookie", cookie).statusCode()).isEqualTo(401);
    assertThat(send("POST", "/v1/classify", "Cookie", cookie).statusCode()).isEqualTo(401);
    assertThat(send("POST", "/runs/session", "Cookie", cookie).statusCode()).isEqualTo(401);
  }
}
