package org.kgcoop.serve.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.Chromium;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.EmbeddedPrompt;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.eval.Calibration;
import org.kgcoop.serve.ClassifierServer;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.ClassifierExamples;
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
  private static Classifier handCrafted;
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
    handCrafted = Classifier.zeroShot(clip, prompt.classNames(), prompt.template());
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
            new Limits(8, Duration.ofSeconds(20), 2_000_000, 0, ServerSettings.DEFAULT_MAX_PIXELS));
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
    handCrafted.close();
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
    browser().await(ANSWERED);
    compare();
  }

  /** Chooses the comparison with the hand-crafted prompt. */
  private static void compare() {
    browser().value("document.getElementById('compare').click()");
    browser()
        .await("!document.querySelector('#bars').className.includes('one-prompt') && " + ANSWERED);
  }

  private static String text(String selector) {
    return browser().value("document.querySelector('" + selector + "').innerText").asText();
  }

  /** Returns the rows of the table: a name, then the percentages of one or two prompts. */
  private static JsonNode bars() {
    return browser()
        .value(
            "[...document.querySelectorAll('#bars tbody tr')].map(row => [row.dataset.name,"
                + " ...[...row.querySelectorAll('.number')].map(n => parseFloat(n.innerText))])");
  }

  private static List<String> names() {
    List<String> names = new ArrayList<>();
    bars().forEach(bar -> names.add(bar.get(0).asText()));
    return names;
  }

  private static byte[] example(int number) {
    try (InputStream in = WebPage.class.getResourceAsStream("examples/" + number + ".png")) {
      return Objects.requireNonNull(in).readAllBytes();
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
    Classification first = learned.classify(image);
    Classification second = handCrafted.classify(image);
    JsonNode bars = bars();
    assertThat(names()).contains(second.best().className()).hasSizeBetween(5, 8);
    assertThat(names().get(0)).isEqualTo(first.best().className());
    for (JsonNode bar : bars) {
      String name = bar.get(0).asText();
      assertThat(bar.get(1).floatValue()).isCloseTo(percent(first, name), within(0.06f));
      assertThat(bar.get(2).floatValue()).isCloseTo(percent(second, name), within(0.06f));
    }
  }

  @Test
  void anExampleIsAnsweredAtOnceByBothPrompts() {
    open();
    assertBars(example(0));
    assertThat(text("#verdict"))
        .contains("The learned classifier says umbrella", "prompt says anchor");
    assertThat(text("#caption")).contains("Phosphor by Phosphor Icons, MIT");
    assertThat(text("#time")).matches("Answered in \\d+ ms, \\d+ of them on the server\\.");
    browser().value("document.querySelectorAll('#examples button')[3].click()");
    browser().await("document.querySelector('#verdict').innerText.includes('thermometer')");
    assertBars(example(3));
    assertThat(text("#verdict")).contains("The learned one is right.");
  }

  @Test
  void theAnswerIsLargeAndTheComparisonIsAChoice() {
    browser().look(1280, 900, false);
    browser().open("http://127.0.0.1:" + server.port() + "/");
    browser().await(ANSWERED);
    assertThat(text("#best")).matches("umbrella \\d+\\.\\d\u00a0%");
    assertThat(text("#verdict")).doesNotContain("hand-crafted");
    assertThat(browser().value("document.querySelector('#bars').className").asText())
        .contains("one-prompt");
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
    for (int number : new int[] {5, 0, 3}) {
      files.add(Files.write(folder.resolve("several-" + number + ".png"), example(number)));
    }
    files.add(Files.writeString(folder.resolve("several-bad.png"), "no image"));
    open();
    browser().drop(files.toArray(Path[]::new));
    browser()
        .await(
            "[...document.querySelectorAll('#several-list b')].filter(b => b.innerText).length"
                + " === 4");
    assertThat(text("#several-list"))
        .contains("truck", "umbrella", "thermometer", "several-0.png", "expected JPEG");
    assertThat(text("#best")).startsWith("truck");
    browser().click("document.querySelectorAll('#several-list button')[1]");
    browser().await("document.querySelector('#best').innerText.startsWith('umbrella')");
  }

  /** No probability of a class reaches 1, so this threshold rejects every image. */
  @Test
  void anAnswerBelowTheThresholdIsMarkedAndNotCalledRight() {
    ClassifierFile prompt = EmbeddedPrompt.read().orElseThrow();
    Calibration.Rejection rejection = new Calibration.Rejection(1, 0.95, 0.9, 0.99);
    Calibration calibration = new Calibration(2, Calibration.Origin.OUT_OF_FOLD, 40, rejection);
    Classifier strict =
        Classifier.of(prompt.withCalibration(calibration), clip, prompt.classNames());
    ModelRegistry registry = new ModelRegistry(Map.of(EmbeddedPrompt.MODEL, strict));
    ClassifierServer other = server;
    server = serve(null, registry);
    OTHERS.addAll(List.of(server, registry));
    try {
      open();
      assertThat(text("#verdict"))
          .contains(
              "The learned classifier says umbrella",
              "below its threshold of 100.0",
              "prompt says anchor",
              "It is umbrella.")
          .doesNotContain("right");
      assertThat(text("#best")).contains("umbrella", "below the threshold");
    } finally {
      server = other;
    }
  }

  @Test
  void aDroppedImageIsAnswered() throws IOException {
    Path file = Files.write(folder.resolve("my truck.png"), example(5));
    open();
    browser().drop(file);
    browser().await("document.querySelector('#caption').innerText === 'my truck.png'");
    browser().await(ANSWERED);
    browser().await("document.querySelector('#verdict').innerText.includes('truck')");
    assertBars(example(5));
    assertThat(text("#verdict")).doesNotContain("right"); // the correct class is unknown
  }

  @Test
  void explainsImagesThatTheServerCannotRead() throws IOException {
    open();
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
    open();
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
      assertThat(browser().value("document.querySelectorAll('#examples li').length").asInt())
          .isZero(); // drawings of other classes
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

  /** With a token, because the images of a classifier need one, unlike those of the page. */
  @Test
  void aClassifierShowsTheTrainingImagesThatItsOwnerStored() throws IOException {
    Path run = Files.createDirectories(folder.resolve("stored"));
    DataSet symbols =
        EmbeddedDataSets.open(
            "symbols", DataSetOptions.defaults(warning -> {}).withCheckFiles(false));
    ClassifierExamples.write(symbols, run, 1, warning -> {});
    List<ClassifierExamples.Example> examples = ClassifierExamples.read(run);
    assertThat(examples).hasSize(12);
    ClassifierServer other = server;
    ModelRegistry owned =
        new ModelRegistry(
            Map.of("mine", Classifier.zeroShot(clip, symbols.classNames(), "a {}.")),
            Map.of("mine", examples));
    server = serve(TOKEN, owned);
    OTHERS.addAll(List.of(server, owned));
    try {
      browser().look(1280, 900, false);
      browser().open("http://127.0.0.1:" + server.port() + "/");
      browser().await("!document.querySelector('#token-form').hidden");
      browser()
          .value(
              "document.getElementById('token').value = '%s';".formatted(TOKEN)
                  + " document.getElementById('token-form').requestSubmit()");
      browser().await(ANSWERED);
      assertThat(browser().value("document.querySelectorAll('#examples li').length").asInt())
          .isEqualTo(12);
      browser().await("[...document.querySelectorAll('#examples img')].every(i => i.naturalWidth)");
      assertThat(text("#caption")).contains(readable(examples.get(0))).contains("training image");
      browser().value("document.querySelectorAll('#examples button')[3].click()");
      browser()
          .await(
              "document.getElementById('caption').innerText.includes('%s') && "
                      .formatted(readable(examples.get(3)))
                  + ANSWERED);
    } finally {
      server = other;
    }
  }

  private static String readable(ClassifierExamples.Example example) {
    return example.className().replace('_', ' ');
  }

  @Test
  void aNameWithACommaIsOneName() {
    open();
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
    open();
    browser().value("document.querySelector('[value=names]').click()");
    browser()
        .await("document.querySelector('#bars').className.includes('one-prompt') && " + ANSWERED);
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
    open();
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
      if (at.get(0).asText().equals("anchor")) {
        browser().press("Enter");
        browser()
            .await(
                "document.querySelector('#verdict').innerText.includes('classifier says anchor')");
      } else if (at.get(0).asText().equals("model")) {
        browser().press("ArrowDown"); // to the second radio button
        browser().await("!document.querySelector('#own').hidden");
      }
      assertThat(reached).hasSizeLessThan(40);
      browser().press("Tab");
    }
    assertThat(reached)
        .contains("Skip to the answer", "file", "umbrella", "fire", "names", "template")
        .doesNotHaveDuplicates();
    browser().value("document.querySelector('[value=names]').click()");
    browser()
        .await("document.querySelector('#bars').className.includes('one-prompt') && " + ANSWERED);
    // The table shows the names of the example without changes.
    assertThat(names())
        .containsExactlyInAnyOrder("anchor", "umbrella", "lightning", "tree", "star");
  }

  @Test
  void announcesAnswersToScreenReaders() {
    open();
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
    assertThat(controls).isGreaterThan(20);
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
    open();
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
      browser().await(ANSWERED);
      compare();
      assertBars(example(0));
      assertThat(browser().value("document.cookie").asText()).isEmpty();
      assertThat(browser().value("document.documentElement.outerHTML").asText())
          .doesNotContain(TOKEN);
      // The browser tab stores the token.
      browser().open("http://127.0.0.1:" + server.port() + "/");
      browser().await(ANSWERED);
    } finally {
      server = open;
    }
  }

  @Test
  void namesOfFilesAreTextNotMarkup() throws IOException {
    Path file = folder.resolve("<img src=x onerror=alert(1)>.png");
    open();
    browser().drop(Files.write(file, example(0)));
    browser().await("document.querySelector('#caption').innerText.startsWith('<img')");
    assertThat(browser().value("document.querySelectorAll('#caption img').length").asInt())
        .isZero();
    browser().await(ANSWERED);
  }
}
