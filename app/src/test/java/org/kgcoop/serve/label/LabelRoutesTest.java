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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
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
import org.kgcoop.Chromium;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.label.Labeling;
import org.kgcoop.serve.http.ServerSettings;
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
  private final AtomicLong clock = new AtomicLong(); // nanoseconds; only the tests move it
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
    labeling = Labeling.of(photos, clip).classes(names).open();
    site = LabelSite.of(labeling, clock::get);
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

  private Answer answer(String browser, String labels) {
    pause();
    return site.post("/label/answer", "{%s, %s}".formatted(browser, labels));
  }

  /** Moves the clock by the time that a person needs at least. */
  private void pause() {
    clock.addAndGet(Duration.ofMillis(101).toNanos());
  }

  @Test
  void labelsAllImages() {
    JsonNode state = site.get("/label/state?browser=A&overview=1").json();
    assertThat(state.path("images").asInt()).isEqualTo(48);
    assertThat(state.path("classes")).hasSize(3);
    assertThat(state.path("overview").size()).isBetween(2, 24);
    assertThat(state.path("say").path("header").asText()).isEqualTo("accuracy: not measured yet");
    assertThat(state.path("audit").path("images").asInt()).isEqualTo(12);
    JsonNode page = next(A);
    Set<String> kinds = new HashSet<>();
    while (page.path("images").size() > 0) {
      kinds.add(page.path("kind").asText());
      for (JsonNode image : page.path("images")) {
        assertThat(image.path("likely").size()).isEqualTo(isBlind(page) ? 0 : 3);
      }
      Answer answer = answer(A, labels(page) + ", 'next': true");
      assertThat(answer.status()).as(answer.error()).isEqualTo(200);
      state = answer.json();
      page = state.path("page");
    }
    assertThat(kinds).contains("questions", "page", "audit");
    assertThat(state.path("labeled").asInt()).isEqualTo(48);
    assertThat(state.path("say").path("header").asText()).isEqualTo("all labeled");
    assertThat(state.path("say").path("end").get(0).asText())
        .isEqualTo("You labeled all 48 images.");
    assertThat(labeling.results())
        .allMatch(each -> each.image().toString().endsWith("-" + each.name() + ".png"));
    JsonNode written = site.post("/label/write", "{%s}".formatted(A)).json();
    assertThat(written.path("results").get(0).asText()).isEqualTo("labels: x.csv");
    assertThat(site.server.isFinished()).isFalse();
    HttpRequest.Builder report =
        site.request(written.path("report").asText()).setHeader("Authorization", "none");
    assertThat(LabelSite.send(report).statusCode()).isEqualTo(200);
    assertThat(site.get("/report/" + ServerSettings.newToken()).status()).isEqualTo(404);
    assertThat(site.post("/label/write", "{'close': true, %s}".formatted(A)).status())
        .isEqualTo(200);
    assertThat(site.server.isFinished()).isFalse(); // the tab is open
    assertThat(site.post("/label/leave", "{" + A + "}").status()).isEqualTo(200);
    assertThat(site.server.isFinished()).isTrue();
  }

  @Test
  void aSecondAnswerWithin100MillisecondsIsRefused() {
    JsonNode page = next(A);
    String labels = labels(page);
    site.post("/label/answer", "{%s, %s}".formatted(A, labels));
    JsonNode two = next(A);
    pause();
    Answer first = site.post("/label/answer", "{%s, %s}".formatted(A, one(two, 0)));
    clock.addAndGet(Duration.ofMillis(99).toNanos());
    Answer early = site.post("/label/answer", "{%s, %s}".formatted(A, one(two, 0)));
    assertThat(first.status()).isEqualTo(200);
    assertThat(early.error()).contains("within 100 ms");
    assertThat(early.status()).isEqualTo(409);
    assertThat(labeling.status().steps()).isEqualTo(2);
  }

  /** Returns the body of an answer to one image of a page. */
  private static String one(JsonNode page, int image) {
    return "'number': %s, 'labels': {'%s': 0}"
        .formatted(page.path("number"), page.path("images").path(image).path("image"));
  }

  @Test
  void imagesOfAnotherTabAreRefused() {
    JsonNode mine = next(A);
    JsonNode other = next(B);
    String foreign =
        "'number': %s, 'labels': {'%s': 0}"
            .formatted(mine.path("number"), other.path("images").get(0).path("image"));
    assertThat(answer(A, foreign).status()).isEqualTo(400);
    assertThat(answer(B, one(mine, 0)).status()).isEqualTo(409);
    assertThat(labeling.status().labeled()).isZero();
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
      for (String header : List.of("none", "Bearer", "Bearer " + ServerSettings.newToken())) {
        HttpRequest.Builder closed = site.request(path).setHeader("Authorization", header);
        assertThat(LabelSite.send(closed).statusCode()).as(path).isEqualTo(401);
      }
    }
    assertThat(site.token).matches("[0-9a-f]{32}");
    assertThat(ServerSettings.newToken()).isNotEqualTo(site.token);
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
    List<String> parts = new ArrayList<>();
    for (String name : List.of("model", "view", "common", "pages", "gallery", "grid", "finish")) {
      parts.add("/page/" + name + ".js");
    }
    for (String name : List.of("classes", "keys", "requests", "preact", "htm")) {
      parts.add("/page/" + name + ".js");
    }
    page.select("[src], link[href]")
        .forEach(e -> parts.add(e.hasAttr("src") ? e.attr("src") : e.attr("href")));
    assertThat(parts).hasSize(16);
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
      site = LabelSite.of(labeling, clock::get);
      for (int i = 0; i < labeling.images().size(); i++) {
        assertThat(LabelSite.send(site.request("/label/images/" + i)).statusCode()).isEqualTo(200);
      }
      Files.write(photos.resolve("01-red.png"), whole);
    }
    Files.delete(photos.resolve("05-blue.png"));
    int deleted = labeling.images().indexOf(Path.of("05-blue.png"));
    assertThat(LabelSite.send(site.request("/label/images/" + deleted)).statusCode())
        .isEqualTo(404);
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
      String whose = body.startsWith("{'") || body.equals("{}") ? "{" + A + ", " : "";
      Answer answer =
          site.post(
              "/label/answer",
              whose.isEmpty() || body.contains("<script>") ? body : whose + body.substring(1));
      assertThat(answer.status()).as(body).isEqualTo(400);
      assertThat(answer.error()).isNotEmpty();
    }
    assertThat(site.post("/label/next", "{}").status()).isEqualTo(400);
    assertThat(site.post("/label/next", "{'browser': '" + "x".repeat(65) + "'}").status())
        .isEqualTo(400);
    assertThat(site.post("/label/next", "{" + A + ", 'wanted': 'x'}").status()).isEqualTo(400);
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
    assertThat(answer(A, labels(page)).status()).isEqualTo(200);
    JsonNode unused = next(A);
    Answer again = answer(A, labels(page));
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.error()).contains("not open");
    assertThat(again.json().path("labeled").asInt()).isEqualTo(page.path("images").size());
  }

  @Test
  void aRequestForAPageThatIsSentAgainGetsThePageThatItOpened() throws IOException {
    String more = "{%s, 'wanted': 'more-audit', 'fresh': true, 'request': 5}".formatted(A);
    JsonNode page = site.post("/label/next", more).json().path("page");
    JsonNode again = site.post("/label/next", more).json().path("page");
    assertThat(again.path("number")).isEqualTo(page.path("number"));
    assertThat(images(again)).isEqualTo(images(page)).isNotEmpty();
    String journal = Files.readString(labeling.session().resolve("labels.jsonl"));
    assertThat(journal).containsOnlyOnce("\"draw\""); // a second draw would widen the range
    assertThat(answer(A, labels(again)).status()).isEqualTo(200);
    String other = more.replace("5", "7");
    assertThat(site.post("/label/next", other).json().path("page").path("number"))
        .isNotEqualTo(page.path("number"));
  }

  @Test
  void twoBrowsersNeverSeeTheSameImageAndUndoTheirOwnAnswers() {
    JsonNode one = next(A);
    JsonNode two = next(B);
    assertThat(images(one)).isNotEmpty().doesNotContainAnyElementsOf(images(two));
    JsonNode reloaded = next(A);
    assertThat(reloaded.path("images")).isEqualTo(one.path("images"));
    assertThat(answer(B, labels(two)).status()).isEqualTo(200);
    JsonNode nothing = site.post("/label/undo", "{" + A + "}").json();
    assertThat(nothing.path("undone").asText()).isEmpty();
    assertThat(nothing.path("labeled").asInt()).isEqualTo(two.path("images").size());
    assertThat(answer(A, labels(reloaded)).status()).isEqualTo(200); // B's answers changed nothing
    JsonNode undone = site.post("/label/undo", "{" + B + "}").json();
    assertThat(images(undone.path("page"))).isEqualTo(images(two));
    assertThat(undone.path("labeled").asInt()).isEqualTo(one.path("images").size());
  }

  @Test
  void undoShowsTheAnswersAgain() {
    JsonNode page = next(A);
    JsonNode answered = answer(A, labels(page)).json();
    int count = page.path("images").size();
    assertThat(answered.path("undo").asText())
        .isEqualTo(count == 1 ? "1 answer" : count + " answers");
    JsonNode undone = site.post("/label/undo", "{" + A + "}").json();
    assertThat(images(undone.path("page"))).isEqualTo(images(page));
    assertThat(undone.path("undo").asText()).isEmpty();
    assertThat(undone.path("labeled").asInt()).isZero();
    for (JsonNode image : undone.path("page").path("images")) {
      String name = image.path("name").asText().replaceFirst(".*-(.*)\\.png", "$1");
      assertThat(image.path("former").asInt()).isEqualTo(NAMES.indexOf(name));
    }
  }

  @Test
  void anAnswerToOneImageIsStoredAtOnce() {
    JsonNode page = next(A);
    assertThat(answer(A, one(page, 0)).status()).isEqualTo(200);
    reopen();
    assertThat(labeling.status().labeled()).isEqualTo(1);
  }

  @Test
  void aClosedTabFreesItsImages() {
    JsonNode page = next(A);
    assertThat(site.post("/label/leave", "{" + A + "}").status()).isEqualTo(200);
    assertThat(images(next(B))).isEqualTo(images(page));
    assertThat(site.post("/label/seen", "{" + B + "}").status()).isEqualTo(200);
  }

  private JsonNode classes(String change) {
    Answer changed = site.post("/label/classes", "{%s, %s}".formatted(A, change));
    assertThat(changed.status()).as(changed.error()).isEqualTo(200);
    return changed.json();
  }

  @Test
  void classesAreAddedRenamedMergedDeletedAndUndone() {
    JsonNode page = next(A);
    answer(A, labels(page));
    assertThat(classes("'add': ['owl', 'fox']").path("classes").get(4).path("name").asText())
        .isEqualTo("fox");
    JsonNode renamed = classes("'rename': 3, 'name': 'Owl'");
    assertThat(renamed.path("classes").get(3).path("name").asText()).isEqualTo("Owl");
    assertThat(renamed.path("undo").asText()).isEqualTo("the class “Owl” was renamed");
    assertThat(classes("'merge': 0, 'into': 1").path("classes")).hasSize(4);
    assertThat(classes("'delete': 4").path("classes")).hasSize(3);
    while (labeling.classes().size() != 3 || !labeling.classes().equals(NAMES)) {
      JsonNode undone = site.post("/label/undo", "{" + A + "}").json();
      assertThat(undone.path("undone").asText()).contains("class");
    }
    assertThat(site.post("/label/undo", "{" + A + "}").json().path("page").path("images"))
        .hasSize(page.path("images").size());
    for (String bad : List.of("'merge': 0, 'into': 0", "'rename': 9, 'name': 'x'", "'delete': 9")) {
      assertThat(site.post("/label/classes", "{%s, %s}".formatted(A, bad)).status())
          .as(bad)
          .isEqualTo(400);
    }
  }

  /** Three people answer, undo and answer again, until every image has a label. */
  @Test
  void threePeopleLoseNothingAndUndoNothingOfOthers() throws InterruptedException {
    Map<String, Integer> stored =
        new ConcurrentHashMap<>(); // image to its last acknowledged answer
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    List<Thread> people = new ArrayList<>();
    for (String name : List.of("P", "Q", "R")) {
      people.add(new Thread(() -> label(name, stored)));
    }
    for (Thread person : people) {
      person.setUncaughtExceptionHandler((thread, e) -> failures.add(e));
      person.start();
    }
    for (Thread person : people) {
      person.join();
    }
    assertThat(failures).isEmpty();
    assertThat(stored).hasSize(48);
    assertThat(labeling.status().labeled()).isEqualTo(48);
    reopen();
    labeling
        .results()
        .forEach(
            each ->
                assertThat(NAMES.indexOf(each.name()))
                    .isEqualTo(
                        stored.get(String.valueOf(labeling.images().indexOf(each.image())))));
  }

  private void label(String name, Map<String, Integer> stored) {
    String browser = "'browser': '" + name + "'";
    Random random = new Random(name.hashCode());
    for (int turn = 0; turn < 200 && stored.size() < 48; turn++) {
      JsonNode page = next(browser);
      for (JsonNode image : page.path("images")) {
        String index = image.path("image").asText();
        int label = random.nextInt(NAMES.size());
        Answer answer =
            answer(
                browser,
                "'number': %s, 'labels': {'%s': %s}".formatted(page.path("number"), index, label));
        assertThat(answer.status()).as(answer.error()).isEqualTo(200);
        assertThat(answer.json().path("left_out")).isEmpty(); // nobody else saw the image
        assertThat(stored.put(index, label)).isNull();
        if (random.nextInt(5) == 0) {
          JsonNode undone = site.post("/label/undo", "{" + browser + "}").json();
          assertThat(images(undone.path("page"))).contains(index);
          stored.remove(index);
          break;
        }
      }
      if (page.path("images").isEmpty()) {
        Chromium.pause(Duration.ofMillis(20)); // the others have the last images
      }
    }
  }

  private Answer add(String... names) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    List.of(names).forEach(body.put("browser", "A").putArray("add")::add);
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
    assertThat(site.post("/label/classes", "{'browser': 'A', 'add': ['a\\ud800b']}").status())
        .isEqualTo(400);
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
    site.post("/label/classes", "{'add': ['x', 'y'], " + A + "}");
    assertThat(next(A).path("images")).hasSize(1);
  }

  @Test
  void theProgressIsShownWhileImagesAreRead() throws IOException {
    try (LabelSite early = LabelSite.closed()) {
      early.server.reading(120, 500);
      JsonNode reading = early.get("/label/state").json().path("reading");
      assertThat(reading).isEqualTo(new ObjectMapper().readTree("{\"done\":120,\"images\":500}"));
      assertThat(early.post("/label/next", "{" + A + "}").status()).isEqualTo(503);
    }
  }
}
