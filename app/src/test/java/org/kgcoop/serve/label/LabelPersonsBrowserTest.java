package org.kgcoop.serve.label;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.Chromium;
import org.kgcoop.cli.ChildProcess;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.files.Resources;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Page;
import org.kgcoop.label.Sender;

/**
 * Hasty people, a slow network, duplicated tabs and a killed program. A script of the test, not of
 * the page, notes the picture that each key was pressed for. Each key is stored for this image,
 * once and in order, or the page names the image that it did not store.
 */
@Tag("nightly")
@Timeout(1200)
class LabelPersonsBrowserTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CLASSES = 9; // each has a digit
  private static final int PER_CLASS = 30; // of two people
  private static final int ANSWERS = 150; // of two people
  private static final String PROGRAM = "a program";
  private static final String OBSERVER =
      Resources.text(LabelPersonsBrowserTest.class, "observer.js");

  @TempDir static Path shared;
  private static final List<Chromium> browsers = new ArrayList<>();
  private static Clip clip;

  @TempDir Path folder;
  private final List<String> names = new ArrayList<>();
  private final Map<String, Integer> truth = new HashMap<>();
  private Labeling labeling;
  private @Nullable LabelSite site;

  /** False if answers are refused: an undo of such an answer is none. */
  private boolean isUndoing = true;

  @BeforeAll
  static void load() {
    clip = Clip.load(EmbeddedClip.folder());
  }

  @AfterAll
  static void stop() {
    browsers.forEach(Chromium::close);
    clip.close();
  }

  @AfterEach
  void close() {
    if (site != null) {
      browsers.forEach(each -> each.open("about:blank#"));
      site.close();
      labeling.close();
    }
  }

  /** Starts a browser whose pages are observed. */
  private static Chromium browser(int number) throws InterruptedException {
    while (browsers.size() <= number) {
      Chromium browser = Chromium.orSkip(Chromium.start(shared.resolve("p" + browsers.size())));
      browsers.add(browser);
      observe(browser);
    }
    return browsers.get(number);
  }

  private static void observe(Chromium browser) {
    browser.call(
        "Page.addScriptToEvaluateOnNewDocument",
        JsonNodeFactory.instance.objectNode().put("source", OBSERVER));
  }

  private void serve(int perClass) throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos"));
    DataSet objects = EmbeddedDataSets.open("objects", DataSetOptions.defaults(warning -> {}));
    for (int label = 0; label < CLASSES; label++) {
      int wanted = label;
      names.add(objects.classNames().get(label).replace('_', ' '));
      for (Item item :
          objects.train().stream().filter(i -> i.label() == wanted).limit(perClass).toList()) {
        String name = String.format(Locale.ROOT, "%04d.png", truth.size() * 47 % 10_000);
        Files.write(photos.resolve(name), Files.readAllBytes(item.file()));
        truth.put(name, label);
      }
    }
    labeling = session();
    site = LabelSite.of(labeling);
  }

  private Labeling session() {
    return Labeling.of(folder.resolve("photos"), clip)
        .classes(names)
        .template(EmbeddedClip.TEMPLATE)
        .cache(shared.resolve("features"))
        .audit(16)
        .pageSize(12)
        .open();
  }

  private LabelSite site() {
    return Objects.requireNonNull(site);
  }

  private void open(Chromium browser) {
    browser.look(1280, 800, false);
    browser.open(site().address() + "#" + site().token);
    browser.await("['single', 'grid'].includes(document.body.dataset.screen)");
  }

  /** Each change of labels and its reply take a random time in this range of milliseconds. */
  private static void delay(Chromium browser, int least, int most) {
    browser.value("window.late = [%d, %d]".formatted(least, most));
  }

  // ---- a person

  private static String screen(Chromium browser) {
    return browser.value("document.body.dataset.screen").asText();
  }

  /** Does one thing with keys, right or wrong, and waits as long as a hasty person. */
  private void act(Chromium browser, Random random) {
    switch (screen(browser)) {
      case "single" -> single(browser, random);
      case "grid" -> grid(browser, random);
      case "all" -> all(browser, random);
      case "finish" -> {
        if (random.nextBoolean() || !browser.value("observer.offer(/./)").asBoolean()) {
          browser.value("document.getElementById('to-all')?.click()");
        }
      }
      default -> {}
    }
    Chromium.pause(Duration.ofMillis(200 + random.nextInt(300)));
  }

  private String rightOrWrong(Chromium browser, Random random) {
    int image = browser.value("observer.large()").asInt(-1);
    boolean isRight = image >= 0 && random.nextInt(10) < 7;
    int label =
        isRight
            ? truth.get(labeling.images().get(image).toString())
            : random.nextInt(CLASSES + 1) - 1;
    return String.valueOf(label + 1);
  }

  private void single(Chromium browser, Random random) {
    switch (random.nextInt(20)) {
      case 0, 1 -> undo(browser);
      case 2 -> browser.press("x"); // a key without a class
      case 3 -> browser.press("Enter");
      case 4 -> browser.press("s");
      case 5 -> browser.value("document.getElementById('to-all')?.click()");
      default -> browser.press(rightOrWrong(browser, random));
    }
  }

  private void undo(Chromium browser) {
    if (isUndoing && browser.value("observer.depth() > 0").asBoolean()) {
      browser.press("u");
    }
  }

  private static void grid(Chromium browser, Random random) {
    switch (random.nextInt(8)) {
      case 0 -> browser.press("ArrowRight");
      case 1 -> browser.press(String.valueOf(random.nextInt(CLASSES + 1)));
      case 2 -> browser.value("document.getElementById('to-all')?.click()");
      default -> browser.press("Enter");
    }
  }

  private void all(Chromium browser, Random random) {
    if (random.nextInt(3) == 0) {
      browser.value("document.getElementById('all-back')?.click()");
      return;
    }
    for (int i = random.nextInt(3); i >= 0; i--) {
      browser.value("observer.selectTile(%d)".formatted(random.nextInt(12)));
      Chromium.pause(Duration.ofMillis(60));
    }
    browser.press(
        isUndoing && random.nextInt(6) == 0 ? "u" : String.valueOf(random.nextInt(CLASSES + 1)));
    if (random.nextInt(4) == 0) {
      browser.press(String.valueOf(random.nextInt(CLASSES + 1))); // nothing is selected any more
    }
  }

  // ---- what must hold

  private List<JsonNode> journal() throws IOException {
    List<JsonNode> entries = new ArrayList<>();
    for (String line : Files.readAllLines(labeling.session().resolve("labels.jsonl"))) {
      entries.add(JSON.readTree(line));
    }
    return entries;
  }

  private int answered() throws IOException {
    return (int) journal().stream().filter(each -> each.path("op").asText().equals("page")).count();
  }

  /** Compares the keys of a tab with the journal. Returns the number of stored answers. */
  private int assertStored(Chromium browser) throws IOException {
    browser.value("window.late = null");
    browser.await("!document.body.classList.contains('busy')");
    JsonNode tabs = browser.value("[...observer.tabs]");
    assertThat(tabs).hasSize(1);
    return assertStored(browser, tabs.get(0).asText());
  }

  private int assertStored(Chromium browser, String tab) throws IOException {
    List<Map<String, Integer>> given = new ArrayList<>();
    browser.value("observer.log").forEach(each -> given.add(labels(each, each.has("undo"))));
    List<Map<String, Integer>> stored = new ArrayList<>();
    for (JsonNode entry : journal()) {
      String op = entry.path("op").asText();
      boolean isEmpty = entry.path("labels").isEmpty(); // each had been answered elsewhere
      if (entry.path("by").asText().equals(tab)
          && (op.equals("undo") || (op.equals("page") && !isEmpty))) {
        stored.add(labels(entry, op.equals("undo")));
      }
    }
    List<String> refused = new ArrayList<>();
    browser.value("observer.refused").forEach(each -> refused.add(each.asText()));
    String replies = browser.value("observer.replies").toString();
    if (refused.isEmpty()) {
      assertThat(stored).as(replies).isEqualTo(given);
    }
    for (String image : truth.keySet()) { // each answer is stored once, in order, or refused
      List<Integer> keys = of(image, given);
      List<Integer> kept = of(image, stored);
      String about = "%s, refused %s, %s".formatted(image, refused, replies);
      int missing = keys.size() - kept.size();
      int named = Collections.frequency(refused, image); // a sentence may stand for a while
      assertThat(missing).as(about).isBetween(Math.min(1, named), named);
      if (!kept.isEmpty()) {
        assertThat(keys).as(about).containsSubsequence(kept);
      }
    }
    return (int) stored.stream().filter(each -> !each.isEmpty()).count();
  }

  /** Returns the number of the class of each image, none for an undo. */
  private Map<String, Integer> labels(JsonNode entry, boolean isUndo) {
    Map<String, Integer> labels = new TreeMap<>();
    if (!isUndo) {
      for (Map.Entry<String, JsonNode> each : entry.path("labels").properties()) {
        String image = each.getKey();
        JsonNode label = each.getValue();
        labels.put(
            image.endsWith(".png")
                ? image
                : labeling.images().get(Integer.parseInt(image)).toString(),
            label.isInt() ? label.asInt() : number(label.asText()));
      }
    }
    return labels;
  }

  private static List<Integer> of(String image, List<Map<String, Integer>> answers) {
    return answers.stream().map(each -> each.get(image)).filter(Objects::nonNull).toList();
  }

  /** Without a restart, the server refuses only a decision that another person made before. */
  private static void assertNothingWasRefused(Chromium browser) {
    assertThat(
            browser.value(
                "observer.notices.filter(e => e.includes('Not stored')"
                    + " && !e.includes('has nothing to decide'))"))
        .as("%s", browser.value("observer.replies"))
        .isEmpty();
  }

  private int number(String name) {
    return name.equals("none of these") ? -1 : name.equals("skipped") ? -2 : names.indexOf(name);
  }

  // ---- trials

  @Test
  void twoPeopleAndASlowServer() throws Exception {
    serve(PER_CLASS);
    List<Future<?>> people = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    for (int i = 0; i < 2; i++) {
      Chromium browser = browser(i);
      open(browser);
      delay(browser, 400 + 800 * i, 400 + 800 * i);
      Random random = new Random(i);
      people.add(
          threads.submit(
              () -> {
                for (int step = 0; answered() < ANSWERS && step < 10 * ANSWERS; step++) {
                  act(browser, random);
                }
                return null;
              }));
    }
    for (Future<?> each : people) {
      each.get();
    }
    threads.shutdown();
    int answers = assertStored(browser(0)) + assertStored(browser(1));
    assertNothingWasRefused(browser(0));
    assertNothingWasRefused(browser(1));
    assertThat(answers).isGreaterThanOrEqualTo(ANSWERS);
  }

  @Test
  void theCheckOfTheFolderWithLateReplies() throws Exception {
    serve(12);
    labelAll();
    Chromium browser = browser(0);
    browser.look(1280, 800, false);
    browser.open(site().address() + "#" + site().token);
    browser.await("observer.offer(/Check the folder/)");
    browser.await("document.body.dataset.screen === 'single'");
    delay(browser, 300, 3000);
    for (int i = 0; i < 10; i++) { // both pages of five
      browser.await("!document.body.classList.contains('waiting')");
      int image = browser.value("observer.large()").asInt();
      int right = truth.get(labeling.images().get(image).toString());
      browser.press(String.valueOf((right + 1 + i % 8) % CLASSES + 1));
      Chromium.pause(Duration.ofMillis(250));
      browser.press("1"); // too early
      browser.await("document.getElementById('doubt')");
      assertThat(browser.value("observer.large()").asInt()).isEqualTo(image);
      browser.press(String.valueOf(right + 1));
      browser.await("observer.large() !== " + image);
    }
    browser.value("window.late = null");
    browser.await("!document.body.classList.contains('busy')");
    for (int i = 0; i < labeling.results().size(); i++) {
      var each = labeling.results().get(i);
      assertThat(each.name()).as(each.key()).isEqualTo(names.get(truth.get(each.key())));
    }
  }

  /** Labels all images in another tab without a browser. */
  private void labelAll() {
    Page page = labeling.next(PROGRAM);
    while (!page.images().isEmpty()) {
      Map<Path, String> labels = new HashMap<>();
      page.images().forEach(image -> labels.put(image, names.get(truth.get(image.toString()))));
      labeling.answer(Sender.of(PROGRAM), page.number(), List.of(), labels, 1);
      page = labeling.next(PROGRAM);
    }
    labeling.leave(PROGRAM);
  }

  private static void offline(Chromium browser, boolean offline) {
    browser.call(
        "Network.emulateNetworkConditions",
        "{'offline': %b, 'latency': 0, 'downloadThroughput': -1, 'uploadThroughput': -1}"
            .formatted(offline));
  }

  @Test
  void thirtySecondsWithoutANetwork() throws Exception {
    serve(12);
    Chromium browser = browser(0);
    open(browser);
    Random random = new Random(5);
    for (int i = 0; i < 30; i++) {
      act(browser, random);
    }
    offline(browser, true);
    for (long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        System.nanoTime() < end; ) {
      act(browser, random);
    }
    offline(browser, false);
    for (int i = 0; i < 30; i++) {
      act(browser, random);
    }
    assertThat(assertStored(browser)).isGreaterThan(15);
    assertNothingWasRefused(browser);
    assertThat(browser.value("document.getElementById('problem').innerText").asText()).isEmpty();
  }

  @Test
  void aDuplicatedTabHasItsOwnPage() throws Exception {
    serve(12);
    Chromium first = browser(0);
    open(first);
    Random random = new Random(7);
    for (int i = 0; i < 15; i++) {
      act(first, random);
    }
    Chromium second = first.opened("window.twin = window.open('about:blank'); 0");
    observe(second);
    second.look(1280, 800, false);
    assertThat(second.value("sessionStorage.length").asInt()).isPositive();
    second.open(site().address());
    second.await("['single', 'grid'].includes(document.body.dataset.screen)");
    for (int i = 0; i < 12; i++) {
      for (Chromium tab : List.of(first, second)) {
        tab.call("Page.bringToFront");
        tab.await("!document.body.classList.contains('waiting')");
        for (int k = 0; k < 3; k++) {
          act(tab, random);
        }
      }
    }
    int other = assertStored(second);
    assertThat(other).isGreaterThan(5);
    assertNothingWasRefused(second);
    first.call("Page.bringToFront");
    second.call("Page.close");
    second.close();
    for (int i = 0; i < 12; i++) {
      act(first, random);
    }
    assertThat(assertStored(first)).isGreaterThan(5);
    assertNothingWasRefused(first); // its page was not freed with the other tab
  }

  @Test
  void aProgramThatIsKilledInTheMiddleOfAnswers() throws Exception {
    serve(12);
    Chromium browser = browser(0);
    open(browser);
    isUndoing = false;
    Random random = new Random(11);
    for (int round = 0; round < 6; round++) {
      delay(browser, 100, 1500);
      for (int i = 0; i < 15; i++) {
        act(browser, random);
      }
      LabelSite former = site();
      former.close();
      labeling.close();
      for (int i = 0; i < 5; i++) {
        act(browser, random);
      }
      labeling = session();
      site = LabelSite.again(former, labeling);
      browser.await("observer.isWorking()");
    }
    for (int i = 0; i < 10; i++) {
      act(browser, random);
    }
    assertThat(assertStored(browser)).isGreaterThan(15);
  }

  @Test
  void aProcessThatIsKilledAndItsNewAddressInTheSameTab() throws Exception {
    serve(12);
    site().close(); // the process serves the session
    labeling.close();
    Chromium browser = browser(0);
    browser.look(1280, 800, false);
    isUndoing = false;
    Random random = new Random(3);
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    ChildProcess program = null;
    for (int round = 0; round < 4; round++) {
      program = start(port);
      String address = program.lineWith("http://").replaceFirst(".*(http://)", "$1").strip();
      if (round == 0) {
        browser.open(address);
      } else {
        browser.value("location.hash = '%s'; 0".formatted(address.replaceFirst(".*#", "")));
      }
      browser.await("observer.isWorking()");
      delay(browser, 100, 1000);
      for (int i = 0; i < 12; i++) {
        act(browser, random);
      }
      if (round < 3) {
        program.kill();
        for (int i = 0; i < 4; i++) {
          act(browser, random);
        }
      }
    }
    assertThat(assertStored(browser)).isGreaterThan(12);
    browser.open("about:blank#");
    program.kill();
    site = null;
  }

  private ChildProcess start(int port) throws IOException {
    return ChildProcess.start(
        Files.createTempFile(folder, "label", ".txt"),
        "label",
        folder.resolve("photos"),
        "--no-browser",
        "--quiet",
        "--classes",
        String.join(",", names),
        "--clip",
        "embedded",
        "--port",
        port);
  }
}
