package org.kgcoop.serve.label;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.Chromium;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.files.Resources;
import org.kgcoop.label.LabeledImage;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Page;
import org.kgcoop.label.Sender;

/**
 * Tests of the page in a real browser with the embedded CLIP. Skipped without a browser. A script
 * of the test, not of the page, notes what the window showed for how long, and what was answered.
 */
@Tag("system")
@Timeout(600)
class LabelPageBrowserTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CLASSES = 10; // the last one is none of these
  private static final int PER_CLASS = 12; // so that a page can be full
  private static final String OTHER_TAB = "another tab";
  private static final int MAX_STEPS = 400;

  private static final int SHORTEST_LOOK = 199; // milliseconds, rounded down

  /**
   * Notes when an image was loaded and whether at least half of it was in the window since, and for
   * each answer the shortest time since the load of one of its images, or 0 if it was not in the
   * window.
   */
  private static final String WATCHER =
      """
      window.looks = {}; window.answered = []; window.pressed = [];
      addEventListener('beforeunload', (event) => event.stopImmediatePropagation());
      document.addEventListener('keydown', (event) =>
        pressed.push([Number(document.getElementById('large')?.dataset.image ?? -1), event.key]), true);
      const ours = '#large, .tile img';
      document.addEventListener('load', (event) => {
        if (event.target.matches?.(ours)) {
          looks[event.target.dataset.image] = {loaded: performance.now(), shown: false};
        }
      }, true);
      const frame = () => {
        for (const img of document.querySelectorAll(ours)) {
          const box = img.getBoundingClientRect();
          const part = img.closest('.screen').getBoundingClientRect();
          const height = Math.min(part.bottom, box.bottom) - Math.max(part.top, box.top);
          if (img.dataset.image in looks && img.src && box.height && height >= 0.49 * box.height) {
            looks[img.dataset.image].shown = true;
          }
        }
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
      const send = window.fetch;
      window.fetch = (path, options) => {
        if (path === '/label/answer') {
          const images = Object.keys(JSON.parse(options.body).labels);
          answered.push(Math.min(...images.map((i) =>
            looks[i]?.shown ? performance.now() - looks[i].loaded : 0)));
        }
        return send(path, options);
      };
      """;

  @TempDir static Path shared;
  private static @Nullable Chromium program;
  private static @Nullable Chromium tab; // each test has its own
  private static Clip clip;

  @TempDir Path folder;
  private Path photos;
  private final List<String> names = new ArrayList<>();
  private final Map<String, String> truth = new HashMap<>();
  private Labeling labeling;
  private LabelSite site;

  @BeforeAll
  static void start() throws InterruptedException {
    program = Chromium.start(shared.resolve("profile"));
    clip = Clip.load(EmbeddedClip.folder());
  }

  @AfterAll
  static void stop() {
    if (program != null) {
      program.close();
    }
    clip.close();
  }

  private static Chromium browser() {
    return Objects.requireNonNull(tab);
  }

  @BeforeEach
  void drawings() throws IOException {
    tab = Chromium.orSkip(program).separate();
    browser()
        .call(
            "Page.addScriptToEvaluateOnNewDocument",
            JsonNodeFactory.instance.objectNode().put("source", WATCHER));
    draw(PER_CLASS);
  }

  private void draw(int perClass) throws IOException {
    names.clear();
    truth.clear();
    photos = Files.createDirectories(folder.resolve("photos of " + perClass));
    DataSet objects = EmbeddedDataSets.open("objects", DataSetOptions.defaults(warning -> {}));
    for (int label = 0; label < CLASSES; label++) {
      int wanted = label;
      List<Item> items =
          objects.train().stream().filter(item -> item.label() == wanted).limit(perClass).toList();
      boolean isNone = label == CLASSES - 1;
      if (!isNone) {
        names.add(objects.classNames().get(label).replace('_', ' '));
      }
      for (Item item : items) {
        String name = String.format(Locale.ROOT, "%03d.png", truth.size() * 47 % 1000);
        Files.write(photos.resolve(name), Files.readAllBytes(item.file()));
        truth.put(name, isNone ? Labeling.NONE : names.get(label));
      }
    }
  }

  @AfterEach
  void close() {
    if (tab == null) {
      return;
    }
    JsonNode looks = browser().value("window.answered ?? []");
    browser().close(); // its connections would delay the end of the server
    site.close();
    labeling.close();
    assertThat(site.log).isEmpty();
    looks.forEach(look -> assertThat(look.asDouble()).isGreaterThan(SHORTEST_LOOK));
  }

  /** Opens the session and its page. */
  private void open(List<String> classes) {
    openServer(classes);
    openPage();
  }

  private void openServer(List<String> classes) {
    labeling =
        Labeling.of(photos, clip)
            .classes(classes)
            .template(EmbeddedClip.TEMPLATE)
            .cache(shared.resolve("features")) // all tests have the same images
            .audit(16)
            .pageSize(12)
            .open();
    site = LabelSite.of(labeling);
  }

  private void openPage() {
    browser().look(1280, 800, false);
    browser().open(site.address() + "#" + site.token);
    browser().await("['single', 'grid', 'start'].includes(document.body.dataset.screen)");
  }

  /** Opens the page where it shows a full page of images with one class. */
  private void openAtGrid() {
    openServer(names);
    answerUntilGrid();
    openPage();
    assertThat(screen()).isEqualTo("grid");
  }

  /** Answers in another tab, without a browser, until the next step is a full page of a class. */
  private void answerUntilGrid() {
    Page page = labeling.next(OTHER_TAB);
    while (page.images().size() < 12
        || page.proposed() == null
        || page.proposed().equals(Labeling.NONE)) {
      Map<Path, String> labels = new HashMap<>();
      page.images().forEach(image -> labels.put(image, truth.get(image.toString())));
      labeling.answer(Sender.of(OTHER_TAB), page.number(), List.of(), labels, 1);
      page = labeling.next(OTHER_TAB);
    }
    labeling.leave(OTHER_TAB);
  }

  private static String screen() {
    return browser().value("document.body.dataset.screen").asText();
  }

  private static String at() {
    return browser().value("document.body.dataset.screen + document.body.dataset.at").asText();
  }

  private static void awaitChange(String before) {
    browser().await("document.body.dataset.screen + document.body.dataset.at !== '" + before + "'");
  }

  /** Waits until a person has seen the image, or the first images of a page. */
  private static void look() {
    browser()
        .await(
            "document.body.dataset.screen === 'finish' || !document.body.classList.contains('waiting')");
  }

  private String truth(int image) {
    return truth.get(labeling.images().get(image).toString());
  }

  private int number(String name) {
    return name.isEmpty() ? -1 : labeling.classes().indexOf(name);
  }

  private List<String> journal(String part) throws IOException {
    return Files.readAllLines(labeling.session().resolve("labels.jsonl")).stream()
        .filter(line -> line.contains(part))
        .toList();
  }

  private List<String> answers() throws IOException {
    return journal("\"op\":\"page\"");
  }

  /** Waits until the server has stored an answer. */
  private void awaitAnswers(int count) throws IOException {
    for (int i = 0; answers().size() < count && i < 500; i++) {
      Chromium.pause(Duration.ofMillis(20));
    }
    assertThat(answers()).hasSize(count);
  }

  // ---- a person with a keyboard

  private static String key(int number) {
    return String.valueOf("0123456789".charAt(number + 1));
  }

  private void pressClass(int image) {
    String name = truth(image);
    if (name.isEmpty() || labeling.classes().contains(name)) {
      browser().press(key(number(name)));
    } else {
      browser().press("/");
      browser().type(name);
      browser().press("Enter");
    }
  }

  /** Answers the image or the page that is shown, and waits for the next one. */
  private void answerByKeys() {
    String before = at();
    look();
    if (screen().equals("single")) {
      pressClass(image());
    } else {
      JsonNode tiles = tiles();
      for (int i = 0; i < tiles.size(); i++) {
        if (!tiles.get(i).get(1).asText().equals(text(truth(tiles.get(i).get(0).asInt())))) {
          for (int at = focused(); at != i; at = focused()) {
            browser().press(at < i ? "ArrowRight" : "ArrowLeft");
          }
          browser().await(TILE.apply(i) + ".dataset.seen === 'true'");
          String name = truth(tiles.get(i).get(0).asInt());
          pressClass(tiles.get(i).get(0).asInt());
          browser()
              .await(
                  "%s.querySelector('.tag')?.textContent === '%s'"
                      .formatted(TILE.apply(i), text(name)));
        }
      }
      confirmByKeys(before);
    }
    awaitChange(before);
  }

  /** Presses Enter until all images were scrolled into the window and confirmed. */
  private static void confirmByKeys(String before) {
    for (int i = 0; at().equals(before) && i < 200; i++) {
      Chromium.pause(Duration.ofMillis(50));
      browser().press("Enter");
      browser().await("!document.body.classList.contains('busy')");
    }
  }

  private static String text(String name) {
    return name.isEmpty() ? "none of these" : name;
  }

  private static int image() {
    return browser().value("Number(document.getElementById('large').dataset.image)").asInt();
  }

  /** Returns the index and the shown class of each tile. */
  private static JsonNode tiles() {
    return browser()
        .value(
            "[...document.querySelectorAll('.tile')].map(t => [Number(t.querySelector('img').dataset"
                + ".image), (t.querySelector('.tag') ?? document.querySelector('#grid-heading em'))"
                + ".textContent])");
  }

  private static int focused() {
    return browser()
        .value("[...document.querySelectorAll('.tile')].indexOf(document.activeElement)")
        .asInt();
  }

  // ---- a person with a mouse

  private static final IntFunction<String> ROW = "document.getElementById('class-%s')"::formatted;
  private static final IntFunction<String> TILE =
      "document.querySelectorAll('.tile')[%s]"::formatted;

  private void answerByClicks() {
    String before = at();
    look();
    Chromium.pause(Duration.ofMillis(400)); // a person moves slower than a double click
    if (screen().equals("single")) {
      browser().click(ROW.apply(number(truth(image()))));
    } else {
      JsonNode tiles = tiles();
      Map<String, List<Integer>> wrong = new HashMap<>();
      for (int i = 0; i < tiles.size(); i++) {
        String name = truth(tiles.get(i).get(0).asInt());
        if (!tiles.get(i).get(1).asText().equals(text(name))) {
          wrong.computeIfAbsent(name, key -> new ArrayList<>()).add(i);
        }
      }
      wrong.forEach(
          (name, positions) -> { // several at once
            positions.forEach(
                i -> {
                  browser().click(TILE.apply(i));
                  browser().await(TILE.apply(i) + ".dataset.seen === 'true'");
                });
            Chromium.pause(Duration.ofMillis(400));
            browser().click(ROW.apply(number(name)));
          });
      for (int i = 0; at().equals(before) && i < 50; i++) { // also for the rest below
        Chromium.pause(Duration.ofMillis(450));
        browser().click("document.getElementById('confirm')");
        browser().await("!document.body.classList.contains('busy')");
      }
    }
    awaitChange(before);
  }

  private void assertEverythingIsRight() {
    for (LabeledImage each : labeling.results()) {
      assertThat(each.source()).isNotEqualTo(LabeledImage.Source.HEAD);
      assertThat(each.name()).as(each.key()).isEqualTo(truth.get(each.key()));
    }
  }

  @Test
  void aFolderIsLabeledByKeyboardWithReloadKillAndUndo() throws IOException {
    draw(4);
    List<String> known = names.subList(0, names.size() - 1); // one class is found later
    open(known);
    boolean reloaded = false;
    boolean killed = false;
    boolean undone = false;
    for (int step = 0; !screen().equals("finish") && step < MAX_STEPS; step++) {
      answerByKeys();
      int labeled = labeling.status().labeled();
      if (labeled >= 10 && !undone && screen().equals("single")) {
        undone = true;
        int answers = answers().size();
        browser().press("u");
        browser().await("document.querySelector('.class.chosen') !== null");
        assertThat(answers()).hasSize(answers);
        assertThat(journal("\"op\":\"undo\"")).hasSize(1);
        look();
        browser().press("Enter"); // keeps the answer
        awaitAnswers(answers + 1);
      }
      if (labeled >= 15 && !reloaded && screen().equals("single")) {
        reloaded = true;
        browser().value("document.body.dataset.old = true");
        browser().call("Page.reload");
        Chromium.pause(Duration.ofMillis(500)); // an expression fails while the page is replaced
        browser().await("!document.body?.dataset.old");
        browser().await("document.body?.dataset.at");
      }
      if (labeled >= 20 && !killed) {
        killed = true;
        labeling.close(); // without the server, so that the page sees it fail
        site.close();
        browser().press(screen().equals("grid") ? "Enter" : "0");
        open(known);
      }
    }
    assertThat(List.of(undone, reloaded, killed)).containsOnly(true);
    browser().await("document.querySelector('#finish-heading').textContent"); // after an answer
    assertThat(shown("#finish-heading")).isEqualTo("All images are labeled.");
    assertThat(shown("#labeled")).startsWith("40 of 40");
    assertThat(shown("#share")).isEqualTo("all labeled");
    assertThat(shown("#finish-say")).startsWith("You labeled all 40 images.");
    assertEverythingIsRight();
  }

  /** Returns the text of an element. */
  private static String shown(String selector) {
    return browser().value("document.querySelector('" + selector + "').innerText").asText();
  }

  @Test
  @Tag("nightly")
  void aSessionByMouseEndsWithItsReport() {
    open(names);
    boolean undone = false;
    for (int step = 0; labeling.status().labeled() < 70 && step < MAX_STEPS; step++) {
      answerByClicks();
      if (!undone && screen().equals("grid")) {
        undone = true;
        int labeled = labeling.status().labeled();
        Chromium.pause(Duration.ofMillis(450));
        String before = at();
        browser().click("document.getElementById('undo')", 2); // once
        awaitChange(before);
        assertThat(labeling.status().labeled()).isBetween(labeled - 12, labeled - 1);
      }
    }
    assertThat(undone).isTrue();
    for (LabeledImage each : labeling.results()) {
      if (each.source() != LabeledImage.Source.HEAD) {
        assertThat(each.name()).as(each.key()).isEqualTo(truth.get(each.key()));
      }
    }
    browser().value("document.getElementById('to-finish').click()");
    browser().await("document.querySelector('#offers li')");
    browser().click("document.getElementById('write-close')");
    browser().await("document.body.dataset.screen === 'done'");
    assertThat(shown("#final-results")).contains("labels: x.csv", "./kgcoop predict x y.jpg");
    assertThat(site.server.isFinished()).isFalse(); // the person may look at the report
    browser().open(browser().value("document.querySelector('#final-results a').href").asText());
    assertThat(shown("p")).isEqualTo("a report");
    for (int i = 0; !site.server.isFinished() && i < 500; i++) {
      Chromium.pause(Duration.ofMillis(20));
    }
    assertThat(site.server.isFinished()).isTrue(); // the page was left
  }

  // ---- a hasty person

  @Test
  void aHeldKeyAndADoubleClickAreOneAnswer() throws IOException {
    open(names);
    look();
    browser().hold("1", Duration.ofMillis(400));
    awaitAnswers(1);
    look();
    browser().click(ROW.apply(3), 2);
    awaitAnswers(2);
    Chromium.pause(Duration.ofMillis(500));
    browser().hold("u", Duration.ofMillis(400));
    awaitAnswers(2);
    assertThat(journal("\"op\":\"undo\"")).hasSize(1);
  }

  @Test
  void aHeldEnterConfirmsOnce() throws IOException {
    openAtGrid();
    int before = answers().size();
    browser().value("document.querySelector('#tiles').parentElement.scrollTop = 0");
    browser().await("!document.querySelector('#confirm').disabled");
    browser().hold("Enter", Duration.ofMillis(400));
    Chromium.pause(Duration.ofMillis(300));
    assertThat(answers().size()).isLessThanOrEqualTo(before + 1);
    browser().value("document.querySelector('#confirm').focus()");
    browser().await("!document.querySelector('#confirm').disabled");
    before = answers().size();
    browser().hold("Enter", Duration.ofMillis(400)); // a held button
    assertThat(answers().size()).isLessThanOrEqualTo(before + 1);
  }

  @Test
  void anImageThatIsNotLoadedCannotBeAnswered() throws IOException {
    openServer(names);
    browser().call("Fetch.enable", "{'patterns': [{'urlPattern': '*/label/images/*'}]}");
    openPage();
    for (int i = 0; i < 3; i++) {
      for (String key : List.of("1", "Enter", "0", "s", "2")) {
        browser().press(key);
      }
      browser().click(ROW.apply(1), 2);
      Chromium.pause(Duration.ofMillis(200));
    }
    assertThat(answers()).isEmpty();
    assertThat(at()).endsWith(".0");
    for (JsonNode paused : browser().events("Fetch.requestPaused")) {
      browser()
          .call(
              "Fetch.continueRequest",
              "{'requestId': '" + paused.path("requestId").asText() + "'}");
    }
    browser().call("Fetch.disable");
    look();
    browser().press("1");
    awaitAnswers(1);
  }

  @Test
  void aPageConfirmsOnlyWhatWasInTheWindow() throws IOException {
    openAtGrid();
    browser().look(640, 300, false);
    browser().value("window.isOld = true; location.reload()");
    browser().await("!window.isOld && document.querySelectorAll('.tile').length === 12");
    browser().await("/^Confirm \\d+$/.test(document.querySelector('#confirm')?.textContent)");
    Chromium.pause(Duration.ofMillis(400));
    int seen = Integer.parseInt(shown("#confirm").replaceAll("\\D", ""));
    assertThat(seen).isBetween(1, 11);
    assertThat(shown("#rest")).isEqualTo((12 - seen) + " more below");
    int before = answers().size();
    browser().press("Enter"); // scrolls
    Chromium.pause(Duration.ofMillis(300));
    assertThat(answers()).hasSize(before);
    browser().value("document.querySelector('#tiles').parentElement.scrollTop = 0");
    Chromium.pause(Duration.ofMillis(400));
    int more = Integer.parseInt(shown("#confirm").replaceAll("\\D", ""));
    assertThat(more).isGreaterThan(seen);
    int labeled = labeling.status().labeled();
    browser().click("document.getElementById('confirm')");
    awaitAnswers(before + 1);
    assertThat(labeling.status().labeled()).isEqualTo(labeled + more);
    if (more < 12) {
      browser().await("document.querySelectorAll('.tile').length === " + (12 - more));
    }
  }

  @Test
  void wrongAnswersThatAreUndoneLeaveNothing() throws IOException {
    undoWrongAnswers(8);
  }

  @Test
  @Tag("nightly")
  void manyWrongAnswersThatAreUndoneLeaveNothing() throws IOException {
    undoWrongAnswers(30);
  }

  private void undoWrongAnswers(int wrong) throws IOException {
    open(names);
    for (int i = 0; i < wrong; i++) {
      String before = at();
      look();
      if (screen().equals("single")) {
        browser().press(key((number(truth(image())) + 1) % 9));
      } else {
        browser().await(TILE.apply(0) + ".dataset.seen === 'true'");
        browser().press(key((number(truth(tiles().get(0).get(0).asInt())) + 1) % 9));
        confirmByKeys(before);
      }
      awaitChange(before);
    }
    awaitAnswers(wrong);
    for (int i = 1; i <= wrong; i++) {
      String before = at();
      browser().press("u");
      awaitChange(before);
    }
    assertThat(journal("\"op\":\"undo\"")).hasSize(wrong);
    assertThat(labeling.status().labeled()).isZero();
    browser().press("u");
    browser().await("document.querySelector('#notice').innerText.includes('nothing')");
    for (int step = 0; labeling.status().labeled() < 12 && step < MAX_STEPS; step++) {
      answerByKeys();
    }
    for (LabeledImage each : labeling.results()) {
      if (each.source() != LabeledImage.Source.HEAD) {
        assertThat(each.name()).as(each.key()).isEqualTo(truth.get(each.key()));
      }
    }
  }

  @Test
  void undoTakesBackAMarkBeforeAnAnswer() throws IOException {
    openAtGrid();
    do {
      answerByKeys();
    } while (!screen().equals("grid") || shown("#grid-heading").contains("none"));
    browser().await(TILE.apply(0) + ".dataset.seen === 'true'");
    browser().press("0");
    browser().await("document.querySelectorAll('.tile.changed').length === 1");
    browser().press("u");
    browser().await("document.querySelectorAll('.tile.changed').length === 0");
    assertThat(journal("\"op\":\"undo\"")).isEmpty();
    String before = at();
    browser().press("u");
    awaitChange(before);
    assertThat(journal("\"op\":\"undo\"")).hasSize(1);
  }

  // ---- a slow server

  /** Delays each request and reply of the page. */
  private static void delay(int milliseconds, boolean offline) {
    browser()
        .call(
            "Network.emulateNetworkConditions",
            JsonNodeFactory.instance
                .objectNode()
                .put("offline", offline)
                .put("latency", milliseconds)
                .put("downloadThroughput", -1)
                .put("uploadThroughput", -1));
  }

  private static void awaitEmptyOutbox() {
    browser().await("!document.body.classList.contains('busy')");
  }

  /** Each stored answer of a single image is the key that was pressed while it was visible. */
  private void assertStoredWhatWasPressed() throws IOException {
    JsonNode pressed = browser().value("window.pressed");
    for (JsonNode entry : journalJson()) {
      for (Map.Entry<String, JsonNode> label : entry.path("labels").properties()) {
        int image = labeling.images().indexOf(Path.of(label.getKey()));
        List<String> keys = new ArrayList<>();
        pressed.forEach(
            each -> {
              if (each.get(0).asInt() == image) {
                keys.add(each.get(1).asText());
              }
            });
        assertThat(keys).as(label.getKey()).contains(key(label.getValue().asInt()));
      }
    }
  }

  private List<JsonNode> journalJson() throws IOException {
    List<JsonNode> entries = new ArrayList<>();
    for (String line : answers()) {
      entries.add(JSON.readTree(line));
    }
    return entries;
  }

  @Test
  void keysFasterThanTheServerAreStoredForTheImagesThatTheyWerePressedFor() throws IOException {
    open(names);
    look();
    delay(500, false);
    try {
      for (int i = 0; i < 40 && screen().equals("single"); i++) {
        browser().press(key(i % 9));
        Chromium.pause(Duration.ofMillis(100));
      }
      awaitEmptyOutbox();
    } finally {
      delay(0, false);
    }
    assertThat(answers().size()).isGreaterThan(5);
    assertStoredWhatWasPressed();
    assertThat(shown("#problem")).isEmpty();
    browser().await("['single', 'grid'].includes(document.body.dataset.screen)");
  }

  @Test
  void aNewClassGoesToTheImageForWhichItWasTyped() throws IOException {
    open(names);
    look();
    int first = image();
    delay(500, false);
    try {
      browser().press("/");
      browser().type("heron");
      browser().press("Enter");
      browser().await("Number(document.getElementById('large').dataset.image) !== " + first);
      look();
      int second = image();
      browser().press("1");
      awaitAnswers(2);
      List<JsonNode> stored = journalJson();
      assertThat(stored.get(0).path("labels").path(labeling.images().get(first).toString()).asInt())
          .isEqualTo(number("heron"));
      assertThat(
              stored.get(1).path("labels").path(labeling.images().get(second).toString()).asInt(1))
          .isZero();
      awaitEmptyOutbox();
    } finally {
      delay(0, false);
    }
  }

  @Test
  void answersWithoutANetworkAreKeptAndSentLater() throws IOException {
    open(names);
    look();
    Chromium.pause(Duration.ofMillis(500)); // the other images of the page arrive
    delay(0, true);
    browser().press("1");
    look();
    browser().press("2");
    browser().await("document.querySelector('#problem').innerText.includes('are kept here')");
    assertThat(shown("#step")).contains("2 on their way");
    assertThat(answers()).isEmpty();
    delay(0, false);
    awaitAnswers(2);
    awaitEmptyOutbox();
    assertStoredWhatWasPressed();
    assertThat(shown("#problem")).isEmpty();
  }

  @Test
  void theQuestionOfTheCheckStaysWithItsImage() throws IOException {
    openServer(names);
    Page page = labeling.next(OTHER_TAB);
    while (!page.images().isEmpty()) {
      Map<Path, String> labels = new HashMap<>();
      page.images().forEach(image -> labels.put(image, truth.get(image.toString())));
      labeling.answer(Sender.of(OTHER_TAB), page.number(), List.of(), labels, 1);
      page = labeling.next(OTHER_TAB);
    }
    labeling.leave(OTHER_TAB);
    browser().look(1280, 800, false);
    browser().open(site.address() + "#" + site.token);
    browser()
        .await(
            "[...document.querySelectorAll('#offers button')].some(e => e.innerText === 'Check the folder')");
    browser()
        .value(
            "[...document.querySelectorAll('#offers button')].find(e => e.innerText === 'Check the folder').click()");
    browser().await("document.body.dataset.screen === 'single'");
    delay(400, false);
    try {
      for (int i = 0; i < 2; i++) {
        look();
        int image = image();
        String name = truth(image);
        int other = number(name) == 0 ? 1 : 0;
        browser().press(key(other));
        browser()
            .await("document.getElementById('single-heading').innerText.startsWith('Which of')");
        assertThat(image()).isEqualTo(image);
        assertThat(shown("#single-note")).contains(text(name), names.get(other));
        browser().press(key(number(name)));
        browser().await("document.getElementById('large')?.dataset.image !== '" + image + "'");
      }
    } finally {
      delay(0, false);
    }
    assertEverythingIsRight();
  }

  @Test
  void backReturnsToWhatIsOpenAndATripleClickActsOnce() throws IOException {
    open(names);
    look();
    browser().click(ROW.apply(1), 3);
    awaitAnswers(1);
    Chromium.pause(Duration.ofMillis(500));
    assertThat(answers()).hasSize(1);
    String before = shown("#step");
    int image = image();
    browser().click("document.getElementById('to-all')");
    browser().await("document.body.dataset.screen === 'all'");
    Chromium.pause(Duration.ofMillis(450));
    browser().click("document.getElementById('all-back')");
    browser().await("document.body.dataset.screen === 'single'");
    assertThat(image()).isEqualTo(image);
    assertThat(before).isEqualTo("2 of 5");
    assertThat(browser().value("sessionStorage.getItem('kgcoop-tab')").isNull()).isTrue();
    look();
    browser().press("1");
    awaitAnswers(2);
    assertThat(shown("#notice")).isEmpty();
  }

  @Test
  void aDeletedFileIsSaidAndCanBeSkipped() throws IOException {
    openServer(names);
    Page page = labeling.next(OTHER_TAB);
    labeling.leave(OTHER_TAB);
    Files.delete(photos.resolve(page.images().get(0).toString()));
    openPage();
    browser().await("document.body.innerText.includes('This file is gone')");
    browser().press("1");
    Chromium.pause(Duration.ofMillis(200));
    assertThat(answers()).isEmpty();
    assertThat(shown("#notice")).contains("Press S to skip it");
    browser().press("s");
    browser()
        .await(
            "document.querySelector('#step').innerText !== '1 of 5' || document.querySelector('#notice').innerText.includes('Not stored')");
    browser().value("window.answered = []"); // there was nothing to see
  }

  // ---- classes

  @Test
  void theStartAsksForNames() {
    open(List.of());
    assertThat(screen()).isEqualTo("start");
    browser().await("document.querySelectorAll('#overview img[src^=blob]').length === 24");
    assertThat(browser().value("document.activeElement.id").asText()).isEqualTo("names");
    browser().type("cat, dog");
    browser().value("document.querySelector('#start button').click()");
    browser().await("document.querySelector('#problem').innerText.includes('is one name')");
    browser().press("Enter");
    browser().type("<b>bold</b>");
    browser().click("document.querySelector('#start button')");
    browser().await("['single', 'grid'].includes(document.body.dataset.screen)");
    assertThat(browser().value("document.querySelectorAll('b').length").asInt()).isZero();
    assertThat(labeling.classes()).containsExactly("cat, dog", "<b>bold</b>");
    thePageIsSilent();
  }

  @Test
  void theFieldAddsANewNameAndTheArrowsChooseAClass() throws IOException {
    open(names);
    look();
    browser().press("/");
    browser().type("clo"); // begins two classes, and becomes a class of its own
    assertThat(
            browser()
                .value("[...document.querySelectorAll('#class-list .text')].map(e => e.innerText)"))
        .map(JsonNode::asText)
        .containsExactly("add “clo”", "clock", "cloud");
    browser().press("Enter");
    awaitAnswers(1);
    assertThat(labeling.classes()).hasSize(10).endsWith("clo");
    look();
    browser().press("/");
    browser().type("clo");
    browser().press("ArrowDown");
    browser().press("ArrowDown");
    browser().press("Enter");
    awaitAnswers(2);
    assertThat(answers().get(1)).contains(":" + number("cloud") + "}");
    thePageIsSilent();
  }

  @Test
  void aMergeAsksAndAnEmptyClassIsDeleted() throws IOException {
    open(names);
    look();
    browser().press("1");
    awaitAnswers(1);
    browser().click("document.getElementById('edit-classes')");
    browser().click("document.querySelectorAll('#edit-rows button')[8]"); // it has no image
    browser().await("document.querySelectorAll('#edit-rows tr').length === 8");
    assertThat(labeling.classes()).isEqualTo(names.subList(0, 8));
    browser().click("document.querySelector('#edit-rows button')");
    assertThat(shown("#merge-question"))
        .isEqualTo(
            "Merge “%1$s” (1 image) into “%2$s” (0 images)? Then there is no class “%1$s”."
                .formatted(names.get(0), names.get(1)));
    browser().press("ArrowDown"); // in the list of classes
    Chromium.pause(Duration.ofMillis(100));
    assertThat(labeling.classes()).hasSize(8);
    browser().click("document.getElementById('merge')");
    browser().await("document.querySelectorAll('#edit-rows tr').length === 7");
    assertThat(labeling.classes()).doesNotContain(names.get(0));
    browser().press("Escape");
    browser().await("!document.querySelector('dialog')");
    browser().press("u"); // the merge, then the deletion, then the answer
    browser().await("document.querySelector('#notice').innerText.includes('merged')");
    browser().press("u");
    browser().await("document.querySelector('#notice').innerText.includes('deleted')");
    assertThat(labeling.classes()).isEqualTo(names);
    browser().press("u");
    browser().await("document.querySelector('.class.chosen')");
    assertThat(labeling.status().labeled()).isZero();
  }

  /** The page logs nothing and sends requests only to its own server. */
  private static void thePageIsSilent() {
    assertThat(browser().complaints()).isEmpty();
    assertThat(browser().requests())
        .isNotEmpty()
        .allMatch(url -> url.matches("(blob:)?http://127\\.0\\.0\\.1:\\d+/.*"));
  }

  @Test
  void theTokenLeavesTheAddress() {
    open(names);
    assertThat(browser().value("location.href").asText()).isEqualTo(site.address());
    assertThat(browser().value("document.documentElement.outerHTML").asText())
        .doesNotContain(site.token);
    browser().value("sessionStorage.clear()");
    browser().open(site.address());
    browser().await("document.body.dataset.screen === 'token'");
    browser().type(site.token);
    browser().press("Enter");
    browser().await("document.body.dataset.screen === 'single'");
  }

  @Test
  void shortcutsCanBeTurnedOff() throws IOException {
    open(names);
    look();
    browser().press("?");
    browser().click("document.getElementById('shortcuts')");
    browser().press("Escape");
    browser().await("!document.querySelector('dialog')");
    browser().press("1");
    Chromium.pause(Duration.ofMillis(200));
    assertThat(answers()).isEmpty();
    browser().click("document.getElementById('help')");
    browser().click("document.getElementById('shortcuts')");
    browser().press("Escape");
    browser().await("!document.querySelector('dialog')");
    browser().press("1");
    awaitAnswers(1);
  }

  // ---- sizes

  private static final int[] DESK = {1440, 900};
  private static final int[] PHONE = {390, 844};

  /** Width and height: a desk, a tablet, a phone, a window at 200 %. */
  private static final int[][] SIZES = {DESK, {820, 1180}, PHONE, {640, 360}};

  @Test
  void aQuestionFitsEverySizeAndIsAccessible() throws IOException {
    open(names);
    look();
    assertFits("question");
  }

  @Test
  void everyOtherScreenFitsEverySizeAndIsAccessible() throws IOException {
    openAtGrid();
    browser().press(" ");
    browser().await(TILE.apply(0) + ".dataset.seen === 'true'");
    browser().press("0");
    assertFits("page");
    browser().press("u");
    browser().press("?");
    assertFits("keys");
    browser().press("Escape");
    browser().value("document.getElementById('edit-classes').click()");
    browser().value("document.querySelector('#edit-rows button').click()");
    assertFits("classes");
    browser().press("Escape");
    browser().value("document.getElementById('to-finish').click()");
    browser().await("document.querySelector('#offers li')");
    assertFits("finish");
    thePageIsSilent();
  }

  @Test
  @Tag("nightly")
  void theFirstScreensFitEverySizeAndAreAccessible() throws IOException {
    try (LabelSite early = LabelSite.closed()) {
      early.server.reading(120, 2000);
      browser().look(1280, 800, false);
      browser().open(early.address());
      browser().await("document.body.dataset.screen === 'token'");
      assertFits("token");
      browser().open(early.address() + "#" + early.token);
      browser().await("document.querySelector('#reading')?.innerText.includes('120 of')");
      assertFits("reading");
      browser().open("about:blank#");
    }
    open(List.of());
    browser().await("document.querySelectorAll('#overview img[src^=blob]').length === 24");
    assertFits("start");
  }

  /** Presses Tab until the element that a condition describes has the focus, called e. */
  private static void tabTo(String condition) {
    for (int i = 0; i < 100; i++) {
      if (browser()
          .value("(e => Boolean(%s))(document.activeElement)".formatted(condition))
          .asBoolean()) {
        return;
      }
      browser().press("Tab");
    }
    throw new AssertionError("Tab does not reach " + condition);
  }

  @Test
  @Tag("nightly")
  void everyScreenIsReachedByKeyboardAlone() throws IOException {
    open(List.of());
    browser().type(names.get(0));
    browser().press("Enter");
    browser().type(names.get(1));
    tabTo("e.matches('#start button')");
    browser().press("Enter");
    browser().await("document.body.dataset.screen === 'single'");
    look();
    browser().press("1");
    awaitAnswers(1);
    browser().press("/");
    browser().type(names.get(2));
    look();
    browser().press("Enter");
    awaitAnswers(2);
    tabTo("e.id === 'to-all'");
    browser().press("Enter");
    browser().await("document.querySelectorAll('#all-space .tag').length > 5");
    Chromium.pause(Duration.ofMillis(500));
    tabTo("e.matches('#all-space .tile')");
    browser().press(" ");
    browser().press("ArrowRight");
    browser().press(" ");
    browser().await("document.getElementById('step').textContent.startsWith('2 selected')");
    browser().press("2");
    awaitAnswers(3);
    tabTo("e.id === 'all-back'");
    browser().press("Enter");
    browser().await("document.body.dataset.screen === 'single'");
    tabTo("e.id === 'edit-classes'");
    browser().press("Enter");
    tabTo("e.id === 'more-names'");
    browser().type(names.get(3));
    tabTo("e.matches('#add-form button')");
    browser().press("Enter");
    browser().await("document.querySelectorAll('#edit-rows tr').length === 4");
    browser().press("Escape");
    browser().await("!document.querySelector('dialog')");
    browser().press("+");
    browser().await("document.getElementById('large-dialog')?.open");
    browser().press("Escape");
    browser().await("!document.querySelector('dialog')");
    look();
    browser().press("1");
    awaitAnswers(4);
    browser().press("?");
    tabTo("e.id === 'shortcuts'");
    browser().press("Escape");
    browser().await("!document.querySelector('dialog')");
    tabTo("e.id === 'to-finish'");
    browser().press("Enter");
    browser().await("document.querySelector('#offers li')");
    tabTo("e.matches('#offers button') && e.innerText.startsWith('Measure')");
    browser().press("Enter");
    browser().await("document.body.dataset.screen === 'single'");
    tabTo("e.id === 'to-finish'");
    browser().press("Enter");
    browser().await("document.querySelector('#offers li')");
    tabTo("e.id === 'write-close'");
    browser().press("Enter");
    browser().await("document.body.dataset.screen === 'done'");
    tabTo("e.matches('#final-results a')");
    thePageIsSilent();
  }

  private void assertFits(String name) throws IOException {
    for (int[] size : SIZES) {
      for (boolean dark : new boolean[] {false, true}) {
        browser().look(size[0], size[1], dark);
        browser().await("innerWidth === " + size[0]);
        assertThat(browser().value("document.documentElement.scrollWidth").asInt())
            .as(name)
            .isLessThanOrEqualTo(size[0]);
        assertThat(browser().value("getComputedStyle(document.body).backgroundColor").asText())
            .isEqualTo(dark ? "rgb(20, 23, 26)" : "rgb(255, 255, 255)");
        if (name.equals("page")) {
          assertSixImagesAreVisible(size[0]);
        }
        // Only a person can judge the look of the page, so the test writes screenshots.
        if (!dark || size == DESK) {
          browser()
              .screenshot(
                  Path.of(
                      "target", "label-%s-%s%s.png".formatted(name, size[0], dark ? "-dark" : "")));
        }
      }
      if (size == DESK || size == PHONE) {
        assertIsAccessible(name + " " + size[0]);
      }
    }
    browser().look(1280, 800, false);
  }

  /** At least six images and the proposed class are in the window. */
  private static void assertSixImagesAreVisible(int width) {
    String visible =
        "(e, frame) => { const a = e.getBoundingClientRect(), b = frame.getBoundingClientRect();"
            + " return a.top >= b.top - 1 && a.bottom <= b.bottom + 1 && a.left >= b.left - 1"
            + " && a.right <= b.right + 1; }";
    assertThat(
            browser()
                .value(
                    "[...document.querySelectorAll('.tile')].filter(e => (%s)(e,".formatted(visible)
                        + " document.querySelector('#tiles').parentElement)).length")
                .asInt())
        .as("at %s", width)
        .isGreaterThanOrEqualTo(6);
    browser()
        .await(
            "(%s)(document.querySelector('#class-list .proposed'),".formatted(visible)
                + " document.querySelector('#class-list'))");
  }

  private static void assertIsAccessible(String name) {
    browser().value(Resources.text(Chromium.class, "/axe.min.js") + "; 0");
    JsonNode violations =
        browser()
            .value(
                "axe.run(document, {rules: {'label-content-name-mismatch': {enabled: true}}})"
                    + ".then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html +"
                    + " n.failureSummary).join(' | ')))");
    assertThat(violations).as(name).isEmpty();
  }

  @Test
  void aPersonNamesImagesThatSheFindsInTheGrid() throws IOException {
    open(names);
    browser().click("document.getElementById('to-all')");
    browser().await("document.querySelectorAll('#all-space .tile img[src]').length > 2");
    browser().await("document.querySelectorAll('#all-space .tag')[2]?.textContent");
    Chromium.pause(Duration.ofMillis(500));
    for (int i = 0; i < 2; i++) {
      browser().click("document.querySelectorAll('#all-space .tile')[%s]".formatted(i));
      Chromium.pause(Duration.ofMillis(500));
    }
    browser().await("document.getElementById('step').textContent.startsWith('2 selected')");
    browser().press(key(1));
    browser()
        .await(
            "document.getElementById('notice').textContent === '2 images: " + names.get(1) + ".'");
    assertThat(labeling.status().labeled()).isEqualTo(2);
    assertThat(journal("\"chosen\"")).hasSize(1);

    browser().press(key(1)); // nothing is selected any more
    browser().await("document.getElementById('notice').textContent.startsWith('Select images')");
    assertThat(labeling.status().labeled()).isEqualTo(2);

    browser().press("u");
    browser().await("document.getElementById('notice').textContent.startsWith('Undone')");
    assertThat(labeling.status().labeled()).isZero();
    assertThat(screen()).isEqualTo("all");
    assertFits("all");
  }
}
