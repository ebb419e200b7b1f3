package org.kgcoop.serve.label;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.label.Labeling;
import org.kgcoop.serve.label.LabelSite.Answer;

/** Tests with real requests to a real server. */
@Timeout(240)
class LabelRoutesTest {
  private static final List<String> NAMES = List.of("red", "blue", "gray");
  private static final int PER_CLASS = 16;
  private static final String A = "'browser': 'A'";
  private static final String B = "'browser': 'B'";

  @TempDir static Path shared;
  private static Clip clip;

  @TempDir Path folder;
  private Path photos;
  private Labeling labeling;
  private LabelSite site;

  @BeforeAll
  static void load() throws IOException {
    RandomClip.write(shared, RandomClip.TINY, 1);
    clip = Clip.load(shared);
  }

  @AfterAll
  static void unload() {
    clip.close();
  }

  @BeforeEach
  void open() throws IOException {
    photos = Files.createDirectories(folder.resolve("photos"));
    for (String name : NAMES) {
      for (int i = 0; i < PER_CLASS; i++) {
        write(photos.resolve("%02d-%s.png".formatted(i, name)), color(name), i);
      }
    }
    open(NAMES.toArray(String[]::new));
  }

  private static int color(String name) {
    return name.equals("red") ? 0xc01010 : name.equals("blue") ? 0x1010c0 : 0x808080;
  }

  private static void write(Path file, int color, int number) throws IOException {
    BufferedImage image = new BufferedImage(60, 40, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 2400; i++) {
      image.setRGB(i % 60, i / 60, i % 60 < 2 * number ? 0x101010 : color);
    }
    assertThat(ImageIO.write(image, "png", file.toFile())).isTrue();
  }

  private void open(String[] names) {
    labeling = Labeling.open(photos, clip, Labeling.Options.defaults().withClasses(names));
    site = LabelSite.of(labeling);
  }

  @AfterEach
  void close() {
    site.close();
    labeling.close();
    assertThat(site.log).isEmpty(); // the server logged no errors
  }

  private void reopen() {
    site.close();
    labeling.close();
    open(NAMES.toArray(String[]::new));
  }

  /** Returns the body of an answer in which every image gets the class of its file name. */
  private static String labels(JsonNode page) {
    ObjectNode labels = JsonNodeFactory.instance.objectNode();
    for (JsonNode each : page.path("images")) {
      String name = each.path("name").asText().replaceFirst(".*-(.*)\\.png", "$1");
      labels.put(each.path("image").asText(), NAMES.indexOf(name));
    }
    return "'number': %s, 'labels': %s, 'seconds': 1.5".formatted(page.path("number"), labels);
  }

  private JsonNode next(String browser) {
    Answer answer = site.post("/label/next", "{" + browser + "}");
    assertThat(answer.status()).isEqualTo(200);
    return answer.json().path("page");
  }

  private static Set<String> images(JsonNode page) {
    Set<String> images = new HashSet<>();
    page.path("images").forEach(each -> images.add(each.path("image").asText()));
    return images;
  }

  @Test
  void labelsAllImages() {
    JsonNode state = site.get("/label/state?again=1&overview=1").json();
    assertThat(state.path("images").asInt()).isEqualTo(48);
    assertThat(state.path("classes")).hasSize(3);
    assertThat(state.path("overview").size()).isBetween(2, 24);
    assertThat(state.path("again").asInt()).isZero();
    assertThat(state.has("folder_accuracy")).isFalse();
    assertThat(state.path("audit").path("images").asInt()).isEqualTo(12);
    JsonNode page = next(A);
    Set<String> kinds = new HashSet<>();
    while (page.path("images").size() > 0) {
      kinds.add(page.path("kind").asText());
      for (JsonNode image : page.path("images")) {
        assertThat(image.path("likely").size()).isEqualTo(isBlind(page) ? 0 : 3);
      }
      Answer answer = site.post("/label/answer", "{%s, %s}".formatted(A, labels(page)));
      assertThat(answer.status()).isEqualTo(200);
      state = answer.json();
      page = state.path("page");
    }
    assertThat(kinds).contains("questions", "page", "audit");
    assertThat(state.path("labeled").asInt()).isEqualTo(48);
    assertThat(state.path("can_stop").asBoolean()).isTrue();
    assertThat(state.path("folder_accuracy").path("low").asDouble()).isEqualTo(1);
    assertThat(state.path("undo").path("step").asInt()).isEqualTo(state.path("steps").asInt());
    assertThat(labeling.results())
        .allMatch(each -> each.image().toString().endsWith("-" + each.name() + ".png"));
    assertThat(site.post("/label/write", "{}").json().path("results").get(0).asText())
        .isEqualTo("labels: x.csv");
    assertThat(site.server.isFinished()).isFalse();
    assertThat(site.post("/label/write", "{'close': true}").status()).isEqualTo(200);
    assertThat(site.server.isFinished()).isTrue();
  }

  private static boolean isBlind(JsonNode page) {
    return page.path("kind").asText().contains("audit");
  }

  @Test
  void everythingButThePageNeedsTheToken() {
    for (String path : List.of("/", "/page/label.css", "/page/label.js", "/health")) {
      HttpRequest.Builder open = site.request(path).setHeader("Authorization", "none");
      HttpResponse<byte[]> response = LabelSite.send(open);
      assertThat(response.statusCode()).as(path).isEqualTo(200);
    }
    for (String path :
        List.of("/label/state", "/label/images/0", "/metrics", "/label/next", "/x", "/page/a/b")) {
      for (String header : List.of("none", "Bearer", "Bearer " + LabelServer.newToken())) {
        HttpRequest.Builder closed = site.request(path).setHeader("Authorization", header);
        assertThat(LabelSite.send(closed).statusCode()).as(path).isEqualTo(401);
      }
    }
    assertThat(site.token).matches("[0-9a-f]{32}");
    assertThat(LabelServer.newToken()).isNotEqualTo(site.token);
  }

  @Test
  void pagesOfOtherSitesAreRefused() {
    HttpRequest.Builder other =
        site.request("/label/state").setHeader("Origin", "http://example.org");
    assertThat(LabelSite.send(other).statusCode()).isEqualTo(403);
    HttpRequest.Builder own =
        site.request("/label/state").setHeader("Origin", "http://127.0.0.1:" + site.server.port());
    assertThat(LabelSite.send(own).statusCode()).isEqualTo(200);
  }

  @Test
  void thePageHasAStrictPolicyAndNoInlineParts() {
    HttpResponse<byte[]> response = LabelSite.send(site.request("/"));
    assertThat(response.headers().firstValue("Content-Security-Policy").orElse(""))
        .startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
        .contains("img-src 'self' blob:", "frame-ancestors 'none'")
        .doesNotContain("unsafe", "*", "http");
    Document page = Jsoup.parse(new String(response.body(), StandardCharsets.UTF_8));
    assertThat(page.select("[style], style, [onclick], script:not([src])")).isEmpty();
    List<String> parts = new ArrayList<>(List.of("/page/classes.js", "/page/requests.js"));
    page.select("[src], link[href]")
        .forEach(e -> parts.add(e.hasAttr("src") ? e.attr("src") : e.attr("href")));
    assertThat(parts).hasSize(6);
    for (String part : parts) {
      assertThat(LabelSite.send(site.request(part)).statusCode()).as(part).isEqualTo(200);
    }
    for (String path : List.of("/page/index.html", "/page/LabelServer.class", "/openapi.yaml")) {
      assertThat(LabelSite.send(site.request(path)).statusCode()).as(path).isEqualTo(404);
    }
  }

  @Test
  void imagesAreIndexesAndJpegs() throws IOException {
    for (int size : new int[] {128, 256, 1024}) {
      HttpResponse<byte[]> response = LabelSite.send(site.request("/label/images/0?size=" + size));
      assertThat(response.headers().firstValue("Content-Type")).contains("image/jpeg");
      assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(response.body()));
      assertThat(Math.max(image.getWidth(), image.getHeight())).isLessThanOrEqualTo(size);
    }
    for (String path :
        List.of("48", "-1", "99999999999", "a", "..%2f..%2fetc%2fpasswd", "00-red.png", "%00")) {
      assertThat(LabelSite.send(site.request("/label/images/" + path)).statusCode())
          .as(path)
          .isIn(400, 404);
    }
    for (String size : List.of("0", "255", "99999", "a", "-128")) {
      assertThat(site.get("/label/images/0?size=" + size).status()).as(size).isEqualTo(400);
    }
  }

  @Test
  void aHostileImageIsAPlaceholder() throws IOException {
    byte[] whole = Files.readAllBytes(photos.resolve("00-red.png"));
    List<byte[]> contents =
        new ArrayList<>(List.of(new byte[0], "<html>".getBytes(StandardCharsets.UTF_8)));
    contents.add(Arrays.copyOf(whole, whole.length / 2));
    for (byte[] content : contents) {
      Files.write(photos.resolve("00-red.png"), content);
      reopen();
      site.close();
      Files.write(photos.resolve("01-red.png"), content); // after it was read
      site = LabelSite.of(labeling);
      for (int i = 0; i < labeling.images().size(); i++) {
        assertThat(LabelSite.send(site.request("/label/images/" + i)).statusCode()).isEqualTo(200);
      }
      Files.write(photos.resolve("01-red.png"), whole);
    }
    Files.delete(photos.resolve("05-blue.png"));
    int deleted = labeling.images().indexOf(Path.of("05-blue.png"));
    assertThat(LabelSite.send(site.request("/label/images/" + deleted)).statusCode())
        .isEqualTo(200);
  }

  @Test
  void badBodiesAreRefused() {
    JsonNode page = next(A);
    String number = "'number': " + page.path("number");
    String first = page.path("images").get(0).path("image").asText();
    for (String body :
        List.of(
            "",
            "{",
            "[]",
            "1",
            "{}",
            "{'number': 'x', 'labels': {}}",
            "{" + number + "}",
            "{" + number + ", 'labels': []}",
            "{" + number + ", 'labels': {}}", // not all images
            "{" + number + ", 'labels': {'" + first + "': 99}}",
            "{" + number + ", 'labels': {'" + first + "': -3}}",
            "{" + number + ", 'labels': {'" + first + "': 'red'}}",
            "{" + number + ", 'labels': {'../../x': 1}}",
            "{" + number + ", 'labels': {'999': 1}}",
            "{" + number + ", 'labels': {}, 'seconds': -1}",
            "{" + labels(page) + ", 'browser': '<script>'}")) {
      Answer answer = site.post("/label/answer", body);
      assertThat(answer.status()).as(body).isEqualTo(400);
      assertThat(answer.error()).isNotEmpty();
    }
    assertThat(site.post("/label/next", "{}").status()).isEqualTo(400);
    assertThat(site.post("/label/next", "{'browser': '" + "x".repeat(65) + "'}").status())
        .isEqualTo(400);
    assertThat(site.post("/label/next", "{" + A + ", 'wanted': 'page'}").status()).isEqualTo(400);
    assertThat(site.post("/label/undo", "{}").status()).isEqualTo(400);
    assertThat(site.post("/label/classes", "{}").status()).isEqualTo(400);
    assertThat(site.get("/label/next").status()).isEqualTo(405);
    assertThat(site.get("/label/nothing").status()).isEqualTo(404);
    assertThat(site.postRaw("/label/classes", " ".repeat(LabelSite.MAX_BODY + 1)).status())
        .isEqualTo(413);
  }

  @Test
  void aStalePageIsRefusedWithTheCurrentState() {
    JsonNode page = next(A);
    String body = "{%s, %s}".formatted(A, labels(page));
    assertThat(site.post("/label/answer", body).status()).isEqualTo(200);
    Answer again = site.post("/label/answer", body);
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.error()).contains("not open");
    assertThat(again.json().path("labeled").asInt()).isEqualTo(page.path("images").size());
    Answer undone = site.post("/label/undo", "{'step': 7}");
    assertThat(undone.status()).isEqualTo(409);
    assertThat(undone.json().path("undo").path("step").asInt()).isEqualTo(1);
  }

  @Test
  void twoBrowsersNeverSeeTheSameImage() {
    JsonNode one = next(A);
    JsonNode two = next(B);
    assertThat(images(one)).isNotEmpty().doesNotContainAnyElementsOf(images(two));
    assertThat(next(A).path("images")).isEqualTo(one.path("images")); // a reload changes nothing
    assertThat(site.post("/label/answer", "{%s, %s}".formatted(B, labels(two))).status())
        .isEqualTo(200);
    Answer undone = site.post("/label/undo", "{%s, 'step': 1}".formatted(A));
    assertThat(undone.status()).isEqualTo(200);
    assertThat(undone.json().path("labeled").asInt()).isZero();
  }

  @Test
  void undoShowsThePageWithItsAnswers() {
    JsonNode page = next(A);
    site.post("/label/answer", "{%s, %s}".formatted(A, labels(page)));
    JsonNode undone = site.post("/label/undo", "{%s, 'step': 1}".formatted(A)).json();
    assertThat(images(undone.path("page"))).isEqualTo(images(page));
    assertThat(undone.has("undo")).isFalse();
    for (JsonNode image : undone.path("page").path("images")) {
      String name = image.path("name").asText().replaceFirst(".*-(.*)\\.png", "$1");
      assertThat(image.path("draft").asInt()).isEqualTo(NAMES.indexOf(name));
    }
  }

  @Test
  void undoShowsAnAuditThatTheRuleAsked() {
    JsonNode page = next(A);
    while (!isBlind(page)) {
      page = site.post("/label/answer", "{%s, %s}".formatted(A, labels(page))).json().path("page");
    }
    JsonNode answered = site.post("/label/answer", "{%s, %s}".formatted(A, labels(page))).json();
    String step = answered.path("undo").path("step").asText();
    JsonNode undone = site.post("/label/undo", "{%s, 'step': %s}".formatted(A, step)).json();
    assertThat(undone.path("page").path("images").findValuesAsText("image"))
        .isEqualTo(page.path("images").findValuesAsText("image"));
  }

  @Test
  void aDraftOutlivesItsTab() {
    JsonNode page = next(A);
    String image = page.path("images").get(1).path("image").asText();
    String draft =
        "{'number': %s, 'draft': true, 'labels': {'%s': -2}}".formatted(page.path("number"), image);
    assertThat(site.post("/label/answer", draft).status()).isEqualTo(200);
    assertThat(next(A).path("images").get(1).path("draft").asInt()).isEqualTo(-2);
    assertThat(labeling.status().steps()).isZero();
  }

  @Test
  void classesAreAddedRenamedMergedAndUndone() {
    JsonNode page = next(A);
    site.post("/label/answer", "{%s, %s}".formatted(A, labels(page)));
    JsonNode added = site.post("/label/classes", "{'add': ['owl', 'fox']}").json();
    assertThat(added.path("classes").get(4).path("name").asText()).isEqualTo("fox");
    JsonNode renamed =
        site.post("/label/classes", "{'rename': 3, 'name': 'Owl', %s}".formatted(A)).json();
    assertThat(renamed.path("classes").get(3).path("name").asText()).isEqualTo("Owl");
    assertThat(renamed.path("page").path("images").size()).isPositive();
    JsonNode merged = site.post("/label/classes", "{'merge': 0, 'into': 1}").json();
    assertThat(merged.path("classes")).hasSize(4);
    assertThat(merged.path("undo").path("class").asInt()).isZero();
    assertThat(site.post("/label/undo", "{'step': 1}").status()).isEqualTo(409);
    for (int number : new int[] {0, 3, 4, 3}) {
      assertThat(site.post("/label/undo", "{'class': 2}").status()).isEqualTo(409);
      assertThat(site.post("/label/undo", "{'class': " + number + "}").status()).isEqualTo(200);
    }
    assertThat(labeling.classes()).isEqualTo(NAMES);
    assertThat(site.post("/label/undo", "{'step': 1}").status()).isEqualTo(200);
    assertThat(site.post("/label/classes", "{'merge': 0, 'into': 0}").status()).isEqualTo(400);
    assertThat(site.post("/label/classes", "{'rename': 9, 'name': 'x'}").status()).isEqualTo(400);
  }

  private Answer add(String... names) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    List.of(names).forEach(body.putArray("add")::add);
    return site.postRaw("/label/classes", body.toString());
  }

  @Test
  void hostileNamesAreTextOrRefused() {
    for (String name :
        List.of(
            "", "  ", "RED", "a\nb", "a\u0000b", "evil\u202egnp.exe", "\u2067x", "x".repeat(201))) {
      Answer refused = add("owl", name);
      assertThat(refused.status()).as(name).isEqualTo(400);
      assertThat(refused.error()).startsWith("class \"");
    }
    assertThat(site.post("/label/classes", "{'add': ['a\\ud800b']}").status()).isEqualTo(400);
    assertThat(labeling.classes()).isEqualTo(NAMES); // all names or none
    String html = "<img src=x onerror=alert(1)>";
    for (String name : List.of(html, "ינשוף", "x".repeat(60), "👩‍🔬", "a\"b'c\\d", "../../etc")) {
      Answer added = add(name);
      assertThat(added.status()).as(added.error()).isEqualTo(200);
      assertThat(labeling.classes()).contains(name);
    }
    // The model cannot read this name, so it must not get into the journal.
    assertThat(add("x".repeat(200)).error()).contains("the model reads 77: shorten");
    assertThat(site.post("/label/next", "{" + A + "}").status()).isEqualTo(200);
    assertThat(add("a", "A").error()).contains("class \"A\"", "one already");
  }

  @Test
  void tenThousandClassesAreEnough() {
    String[] names = IntStream.range(3, 10_000).mapToObj(i -> "c" + i).toArray(String[]::new);
    assertThat(add(names).status()).isEqualTo(200);
    assertThat(site.get("/label/state").json().path("classes")).hasSize(10_000);
    assertThat(add("one more").error()).contains("at most 10000 classes");
  }

  @Test
  void aSessionWithoutClassesAsksForThem() throws IOException {
    site.close();
    labeling.close();
    photos = Files.createDirectories(folder.resolve("other"));
    Files.copy(folder.resolve("photos/00-red.png"), photos.resolve("a.png"));
    open(new String[0]);
    Answer early = site.post("/label/next", "{" + A + "}");
    assertThat(early.status()).isEqualTo(400);
    assertThat(early.error()).contains("needs two classes");
    JsonNode added = site.post("/label/classes", "{'add': ['x', 'y'], " + A + "}").json();
    assertThat(added.path("page").path("images")).hasSize(1);
  }

  @Test
  void theProgressIsShownWhileImagesAreRead() throws IOException {
    try (LabelSite early = new LabelSite((session, isLast, progress) -> List.of())) {
      early.server.reading(120, 500);
      JsonNode reading = early.get("/label/state").json().path("reading");
      assertThat(reading).isEqualTo(new ObjectMapper().readTree("{\"done\":120,\"images\":500}"));
      assertThat(early.post("/label/next", "{" + A + "}").status()).isEqualTo(409);
    }
  }
}
