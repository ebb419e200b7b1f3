package org.kgcoop.serve.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.Chromium;
import org.kgcoop.api.ClassGroups;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.EmbeddedPrompt;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.eval.Calibration;
import org.kgcoop.image.Images;
import org.kgcoop.serve.ClassifierServer;
import org.kgcoop.serve.TinyTags;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.ModelRegistry;

/** Tests of the page in a real browser with the embedded CLIP. Skipped without a browser. */
@Tag("system")
class WebPageBrowserTest {
  private static final String TOKEN = "0123456789abcdef";

  /** True if the page shows bars and no request is in progress. */
  private static final String ANSWERED =
      "document.querySelector('#bars:not([hidden]) tbody tr') &&"
          + " !document.querySelector('[aria-busy]')";

  @TempDir static Path folder;
  private static @Nullable Chromium browser;
  private static Clip clip;
  private static Classifier learned;
  private static DataSet places;
  private static ModelRegistry models;
  private static ClassifierServer server;
  private static final List<String> LOG = new ArrayList<>();

  /**
   * Servers of single tests and their classifiers. They are closed after the browser, whose open
   * connections would delay this by seconds.
   */
  private static final List<AutoCloseable> OTHERS = new ArrayList<>();

  @BeforeAll
  static void start() throws InterruptedException {
    browser = Chromium.start(folder.resolve("profile"));
    clip = Clip.load(EmbeddedClip.folder());
    ClassifierFile prompt = EmbeddedPrompt.read().orElseThrow();
    learned = Classifier.of(prompt, clip, prompt.classNames());
    models = new ModelRegistry(Map.of(EmbeddedPrompt.MODEL, learned));
    places =
        EmbeddedDataSets.open(
            "places", DataSetOptions.defaults(warning -> {}).withCheckFiles(false));
    server = serve(null);
  }

  private static ClassifierServer serve(@Nullable String token) {
    return serve(token, models);
  }

  private static ClassifierServer serve(@Nullable String token, ModelRegistry models) {
    ServerSettings settings =
        new ServerSettings(
            "127.0.0.1",
            0,
            token,
            new Limits(8, Duration.ofSeconds(20), 2_000_000, 0, Images.DEFAULT_MAX_PIXELS));
    return new ClassifierServer(clip, models, EmbeddedClip.TEMPLATE, settings, LOG::add, null);
  }

  @AfterAll
  static void stop() throws Exception {
    if (browser != null) {
      browser.close();
    }
    for (AutoCloseable other : OTHERS) {
      other.close();
    }
    server.close();
    models.close();
    clip.close();
  }

  /**
   * After each test, the page has logged no unexpected errors and has sent requests only to its own
   * server.
   */
  @AfterEach
  void thePageIsSilentAndStaysAtHome() {
    assertThat(browser().complaints())
        .allMatch(line -> line.toString().contains("status of 400")); // a browser logs each 400
    assertThat(browser().requests())
        .isNotEmpty()
        .allMatch(url -> url.matches("(blob:)?http://127\\.0\\.0\\.1:\\d+/.*"));
    assertThat(LOG).isEmpty();
  }

  private static Chromium browser() {
    return Chromium.orSkip(browser);
  }

  private static void open() {
    browser().look(1280, 900, false);
    browser().open("http://127.0.0.1:" + server.port() + "/");
    browser().await("document.querySelector('#about-model').innerText");
  }

  /** Opens the page and drops an image on it. */
  private static void openWith(String className) {
    open();
    drop(className);
  }

  private static void drop(String className) {
    try {
      browser().drop(Files.write(folder.resolve(className + ".png"), drawing(className)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    browser().await("document.querySelector('#caption').innerText === '" + className + ".png'");
    browser().await(ANSWERED);
  }

  private static String text(String selector) {
    return browser().value("document.querySelector('" + selector + "').innerText").asText();
  }

  /** Returns the rows of the table: a name and its percentage. */
  private static JsonNode bars() {
    return browser()
        .value(
            "[...document.querySelectorAll('#bars tbody tr')].map(row => [row.dataset.name,"
                + " parseFloat(row.querySelector('.number').innerText)])");
  }

  private static List<String> names() {
    List<String> names = new ArrayList<>();
    bars().forEach(bar -> names.add(bar.get(0).asText()));
    return names;
  }

  /** Returns a test drawing of a class that the classifier recognizes. */
  private static byte[] drawing(String className) {
    return places.test().stream()
        .filter(item -> item.className().equals(className))
        .map(WebPageBrowserTest::bytes)
        .filter(image -> learned.classify(image).best().className().equals(className))
        .findFirst()
        .orElseThrow();
  }

  private static byte[] bytes(Item item) {
    try {
      return Files.readAllBytes(item.file());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static float percent(Classification of, String name) {
    return of.ranking().stream()
        .filter(candidate -> candidate.className().equals(name))
        .findFirst()
        .map(candidate -> 100 * candidate.probability())
        .orElseThrow();
  }

  private static void assertBars(byte[] image) {
    Classification expected = learned.classify(image);
    assertThat(names())
        .containsExactlyElementsOf(
            expected.top(8).stream().map(Classification.Candidate::className).toList());
    for (JsonNode bar : bars()) {
      assertThat(bar.get(1).floatValue())
          .isCloseTo(percent(expected, bar.get(0).asText()), within(0.06f));
    }
  }

  @Test
  void aDroppedImageIsAnsweredAndTheAnswerIsLarge() {
    openWith("umbrella");
    assertBars(drawing("umbrella"));
    assertThat(text("#best")).matches("umbrella \\d+\\.\\d\u00a0%");
    assertThat(text("#verdict")).contains("The learned classifier says umbrella");
    assertThat(text("#time")).matches("Answered in \\d+ ms, \\d+ of them on the server\\.");
    drop("thermometer");
    assertBars(drawing("thermometer"));
    browser().look(390, 844, false); // the answer is on the first screen of a phone
    assertThat(
            browser()
                .value("document.querySelector('#verdict').getBoundingClientRect().bottom < 844")
                .asBoolean())
        .isTrue();
  }

  @Test
  void severalFilesHaveSeveralAnswers() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String name : List.of("truck", "umbrella", "thermometer")) {
      files.add(Files.write(folder.resolve("several-" + name + ".png"), drawing(name)));
    }
    files.add(Files.writeString(folder.resolve("several-bad.png"), "no image"));
    open();
    browser().drop(files.toArray(Path[]::new));
    browser()
        .await(
            "[...document.querySelectorAll('#several-list b')].filter(b => b.innerText).length"
                + " === 4");
    assertThat(text("#several-list"))
        .contains("truck", "umbrella", "thermometer", "several-umbrella.png", "expected JPEG");
    assertThat(text("#best")).startsWith("truck");
    browser().click("document.querySelectorAll('#several-list button')[1]");
    browser().await("document.querySelector('#best').innerText.startsWith('umbrella')");
  }

  /** No probability of a class reaches 1, so this threshold rejects every image. */
  @Test
  void anAnswerBelowTheThresholdIsMarkedAndNotCalledRight() {
    openStrict(1, null);
    assertThat(text("#verdict"))
        .contains("The learned classifier says umbrella", "below its threshold of 100.0");
    assertThat(text("#best")).contains("umbrella", "below the threshold");
  }

  @Test
  void aGroupThatReachesTheThresholdIsTheAnswer() throws IOException {
    Path csv = folder.resolve("groups.csv");
    List<String> lines = new ArrayList<>(List.of("class,group"));
    learned.classNames().forEach(name -> lines.add(name + ",some place"));
    Files.write(csv, lines);
    openStrict(0.9999, ClassGroups.read(csv, learned.classNames()));
    assertThat(text("#verdict")).contains("The learned classifier says some place, 100.0");
    assertThat(text("#best")).contains("some place").doesNotContain("below the threshold");
    assertThat(text("#bars")).contains("umbrella");
  }

  /** Opens the page with an umbrella, with a threshold that rejects it. */
  private static void openStrict(double threshold, @Nullable ClassGroups groups) {
    ClassifierFile prompt = EmbeddedPrompt.read().orElseThrow();
    Calibration.Rejection rejection = new Calibration.Rejection(threshold, 0.95, 0.9, 0.99);
    Calibration calibration = new Calibration(2, Calibration.Origin.OUT_OF_FOLD, 40, rejection);
    Classifier strict =
        Classifier.of(prompt.withCalibration(calibration), clip, prompt.classNames());
    ModelRegistry registry =
        new ModelRegistry(Map.of(EmbeddedPrompt.MODEL, strict), names -> groups);
    ClassifierServer other = server;
    server = serve(null, registry);
    OTHERS.addAll(List.of(server, registry));
    try {
      openWith("umbrella");
    } finally {
      server = other;
    }
  }

  @Test
  void explainsImagesThatTheServerCannotRead() throws IOException {
    openWith("truck");
    browser().drop(Files.writeString(folder.resolve("a.heic"), "\0\0\0\u0018ftypheic\0\0\0\0"));
    browser().await("document.querySelector('#problem').innerText.includes('JPEG')");
    browser().drop(Files.write(folder.resolve("large.png"), new byte[2_000_001]));
    browser().await("document.querySelector('#problem').innerText.includes('at most 2 MB')");
    assertNoAnswer();
  }

  private static void assertNoAnswer() {
    assertThat(browser().value("document.querySelector('#bars').hidden").asBoolean()).isTrue();
    assertThat(browser().value("document.querySelector('#preview').hidden").asBoolean()).isTrue();
    for (String part : List.of("#best", "#verdict", "#rest", "#time", "#caption")) {
      assertThat(text(part)).as(part).isEmpty();
    }
  }

  @Test
  void anAnswerGoesWhenTheNextImageIsDamaged() throws IOException {
    openWith("truck");
    browser().drop(Files.writeString(folder.resolve("damaged.png"), "no image"));
    browser().await("document.querySelector('#problem').innerText !== ''");
    assertThat(browser().value("document.querySelector('#bars').hidden").asBoolean()).isTrue();
    for (String part : List.of("#verdict", "#rest", "#time")) {
      assertThat(text(part)).as(part).isEmpty();
    }
  }

  @Test
  void aClassifierOfOtherClassesIsOpenedOnItsOwn() {
    ClassifierServer other = server;
    ModelRegistry photos =
        new ModelRegistry(
            Map.of("photos", Classifier.zeroShot(clip, List.of("red_fox", "cow"), "a {}.")));
    server = serve(null, photos);
    OTHERS.addAll(List.of(server, photos));
    try {
      browser().look(1280, 900, false);
      browser().open("http://127.0.0.1:" + server.port() + "/");
      browser().await("document.querySelector('#model-name').innerText === 'photos (2)'");
      assertThat(browser().value("document.forms.ask.elements.among.value").asText())
          .isEqualTo("model");
      assertThat(text("#model-name")).isEqualTo("photos (2)");
      assertThat(text("#about-model")).startsWith("Classes: red fox, cow.");
      browser().value("document.querySelector('[value=names]').click()");
      assertThat(browser().value("document.getElementById('names').value").asText())
          .isEqualTo("red_fox, cow");
    } finally {
      server = other;
    }
  }

  @Test
  void aModelOfTagsShowsTheTagsOfAnImageOrThatItHasNone() throws IOException {
    openTags(TinyTags.ALL);
    assertThat(text("#best")).isEqualTo("old car, tree");
    assertThat(text("#verdict")).isEqualTo("The learned classifier says old car, tree.");
    assertThat(text("#about-model")).startsWith("Tags: old car, tree.");
    assertThat(text("#ask")).contains("Tags of photos (2)");
    assertThat(browser().value("document.querySelector('#bars').hidden").asBoolean()).isTrue();
    browser().screenshot(Path.of("target/page-tags.png"));
    openTags(TinyTags.NONE);
    assertThat(text("#best")).isEqualTo("no tag");
    assertThat(browser().value("document.querySelector('#bars').hidden").asBoolean()).isTrue();
    browser().screenshot(Path.of("target/page-no-tag.png"));
  }

  /** Opens the page with an umbrella, with two tags that get this threshold. */
  private static void openTags(double threshold) throws IOException {
    Path run =
        TinyTags.write(
            folder.resolve("tags" + threshold),
            clip,
            new TinyTags.Given("chance", TinyTags.ALL, true),
            TinyTags.Given.of("old_car", threshold),
            TinyTags.Given.of("tree", threshold));
    ModelRegistry registry = new ModelRegistry(Map.of("photos", Classifier.load(run, clip)));
    ClassifierServer other = server;
    server = serve(null, registry);
    OTHERS.addAll(List.of(server, registry));
    try {
      open();
      browser().drop(Files.write(folder.resolve("tagged.png"), drawing("umbrella")));
      browser().await("document.querySelector('#caption').innerText === 'tagged.png'");
      browser().await("document.querySelector('#best').innerText");
    } finally {
      server = other;
    }
  }

  @Test
  void aNameWithACommaIsOneName() {
    openWith("umbrella");
    browser().value("document.querySelector('[value=names]').click()");
    browser()
        .value(
            "const field = document.getElementById('names'); field.value = '\"red, apple\",dog';"
                + " field.dispatchEvent(new Event('input', {bubbles: true}))");
    browser().await("document.querySelectorAll('#bars tbody tr').length === 2 && " + ANSWERED);
    assertThat(names()).containsExactlyInAnyOrder("red, apple", "dog");
  }

  @Test
  void namesAreAnsweredWhileTheyAreTypedAndOnlyTheLastAnswerIsShown() {
    openWith("umbrella");
    browser().value("document.querySelector('[value=names]').click()");
    browser().await("document.querySelector('#bars').className.includes('crafted') && " + ANSWERED);
    browser()
        .value(
            "document.getElementById('names').focus(); document.getElementById('names').select()");
    int before = asked();
    browser().type("anchor, umbrell");
    browser().type("a");
    browser().await("document.querySelectorAll('#bars tbody tr').length === 2 && " + ANSWERED);
    // Fast typing causes only a few requests, and the table shows the last response.
    assertThat(asked() - before).isBetween(1, 5);
    assertThat(names()).containsExactlyInAnyOrder("anchor", "umbrella");
    // With this latency, a request is still in progress when the user presses the next key.
    browser()
        .call(
            "Network.emulateNetworkConditions",
            "{'offline': false, 'latency': 700, 'downloadThroughput': -1, 'uploadThroughput': -1}");
    try {
      browser().type(", tree");
      Chromium.pause(Duration.ofMillis(500)); // shorter than the latency
      browser().type(", moon");
      browser().await("document.querySelectorAll('#bars tbody tr').length === 4 && " + ANSWERED);
    } finally {
      browser()
          .call(
              "Network.emulateNetworkConditions",
              "{'offline': false, 'latency': 0, 'downloadThroughput': -1, 'uploadThroughput': -1}");
    }
    assertThat(names()).containsExactlyInAnyOrder("anchor", "umbrella", "tree", "moon");
    assertThat(browser().events("Network.loadingFailed"))
        .anyMatch(event -> event.path("canceled").asBoolean());
    browser().value("document.getElementById('template').select()");
    browser().type("no place");
    browser().await("document.querySelector('#verdict').innerText.includes('needs {}')");
    assertThat(browser().value("document.querySelector('#bars').hidden").asBoolean()).isTrue();
    assertThat(text("#time")).isEmpty();
  }

  private static int asked() {
    return (int) browser().requests().stream().filter(url -> url.contains("zero-shot")).count();
  }

  @Test
  void theKeyboardReachesEverythingAndShowsWhereItIs() {
    openWith("umbrella");
    List<String> reached = new ArrayList<>();
    browser().press("Tab");
    while (!browser().value("document.activeElement === document.body").asBoolean()) {
      JsonNode at =
          browser()
              .value(
                  "(() => { const e = document.activeElement; const s = e.matches('.hidden-file')"
                      + " ? e.nextElementSibling : e; return [e.id || e.title || e.value ||"
                      + " e.textContent, getComputedStyle(s).outlineStyle !== 'none'"
                      + " || e.matches('.skip')]; })()");
      reached.add(at.get(0).asText());
      assertThat(at.get(1).asBoolean()).as("focused element: " + at).isTrue();
      if (at.get(0).asText().equals("model")) {
        browser().press("ArrowDown"); // to the second radio button
        browser().await("!document.querySelector('#own').hidden");
      }
      assertThat(reached).hasSizeLessThan(40);
      browser().press("Tab");
    }
    assertThat(reached)
        .contains("Skip to the answer", "file", "names", "template")
        .doesNotHaveDuplicates();
    browser().await("document.querySelector('#bars').className.includes('crafted') && " + ANSWERED);
    assertThat(text("#rest"))
        .isEqualTo("and %s less probable classes", places.classNames().size() - 8);
  }

  @Test
  void announcesAnswersToScreenReaders() {
    openWith("umbrella");
    browser().value("document.querySelector('[value=names]').click()");
    browser().await(ANSWERED);
    int controls = 0;
    for (JsonNode node : browser().call("Accessibility.getFullAXTree").path("nodes")) {
      String role = node.path("role").path("value").asText();
      if (!node.path("ignored").asBoolean()
          && List.of(
                  "button",
                  "textbox",
                  "radio",
                  "combobox",
                  "image",
                  "columnheader",
                  "rowheader",
                  "table",
                  "link")
              .contains(role)) {
        controls++;
        assertThat(node.path("name").path("value").asText()).as(node.toString()).isNotBlank();
      }
    }
    assertThat(controls).isGreaterThan(15);
    assertThat(browser().value("document.getElementById('verdict').getAttribute('role')").asText())
        .isEqualTo("status");
    browser()
        .call(
            "Emulation.setEmulatedMedia",
            "{'features': [{'name': 'prefers-reduced-motion', 'value': 'reduce'}]}");
    assertThat(
            browser()
                .value("getComputedStyle(document.querySelector('.track i')).transitionProperty")
                .asText())
        .isEqualTo("none");
  }

  @Test
  void fitsPhonesAndDesktopsInLightAndDarkMode() throws IOException {
    openWith("umbrella");
    for (int width : new int[] {1280, 390, 320}) {
      for (boolean dark : new boolean[] {false, true}) {
        browser().look(width, width < 600 ? 844 : 900, dark);
        assertThat(browser().value("document.documentElement.scrollWidth").asInt())
            .isEqualTo(width);
        assertThat(browser().value("getComputedStyle(document.body).backgroundColor").asText())
            .isEqualTo(dark ? "rgb(20, 23, 26)" : "rgb(255, 255, 255)");
        // Only a person can judge the look of the page, so the test writes screenshots.
        browser().screenshot(Path.of("target", "page-" + width + (dark ? "-dark" : "") + ".png"));
      }
    }
  }

  @Test
  void asksOnceForTheToken() {
    ClassifierServer open = server;
    server = serve(TOKEN);
    OTHERS.add(server);
    try {
      browser().look(1280, 900, false);
      browser().open("http://127.0.0.1:" + server.port() + "/");
      browser().await("document.activeElement.id === 'token'");
      assertThat(browser().requests()).noneMatch(url -> url.contains("/v1/"));
      browser().type(TOKEN);
      browser().press("Enter");
      browser().await("document.querySelector('#about-model').innerText");
      drop("umbrella");
      assertBars(drawing("umbrella"));
      assertThat(browser().value("document.cookie").asText()).isEmpty();
      assertThat(browser().value("document.documentElement.outerHTML").asText())
          .doesNotContain(TOKEN);
      // The browser tab stores the token.
      browser().open("http://127.0.0.1:" + server.port() + "/");
      browser().await("document.querySelector('#about-model').innerText");
    } finally {
      server = open;
    }
  }

  @Test
  void namesOfFilesAreTextNotMarkup() throws IOException {
    Path file = folder.resolve("<img src=x onerror=alert(1)>.png");
    open();
    browser().drop(Files.write(file, drawing("umbrella")));
    browser().await("document.querySelector('#caption').innerText.startsWith('<img')");
    assertThat(browser().value("document.querySelectorAll('#caption img').length").asInt())
        .isZero();
    browser().await(ANSWERED);
  }
}
