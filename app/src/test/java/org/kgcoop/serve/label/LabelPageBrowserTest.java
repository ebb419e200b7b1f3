package org.kgcoop.serve.label;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
import org.kgcoop.label.LabeledImage;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Simulation;
import org.kgcoop.runs.LabelJournal;

/** Tests of the page in a real browser with the embedded CLIP. Skipped without a browser. */
@Tag("system")
@Timeout(600)
class LabelPageBrowserTest {
  private static final int CLASSES = 10; // the last one is none of these
  private static final int PER_CLASS = 12;
  private static final int MAX_STEPS = 400;

  @TempDir static Path shared;
  private static @Nullable Chromium browser;
  private static Clip clip;

  @TempDir Path folder;
  private Path photos;
  private final List<String> names = new ArrayList<>();
  private final Map<String, String> truth = new HashMap<>();
  private Labeling labeling;
  private LabelSite site;

  @BeforeAll
  static void start() throws InterruptedException {
    browser = Chromium.start(shared.resolve("profile"));
    clip = Clip.load(EmbeddedClip.folder());
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
      clip.close();
    }
  }

  private static Chromium browser() {
    return Chromium.orSkip(browser);
  }

  @BeforeEach
  void drawings() throws IOException {
    photos = Files.createDirectories(folder.resolve("photos"));
    DataSet objects = EmbeddedDataSets.open("objects", DataSetOptions.defaults(warning -> {}));
    for (int label = 0; label < CLASSES; label++) {
      int wanted = label;
      List<Item> items =
          objects.train().stream().filter(item -> item.label() == wanted).limit(PER_CLASS).toList();
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
    if (site != null) {
      browser().open("about:blank#"); // its connections would delay the end of the server
      site.close();
      labeling.close();
      assertThat(site.log).isEmpty();
    }
  }

  private Labeling.Options options(List<String> classes) {
    Labeling.Options options =
        Labeling.Options.defaults().withClasses(classes.toArray(String[]::new));
    return new Labeling.Options(
        options.classes(),
        null,
        EmbeddedClip.TEMPLATE,
        null,
        16,
        90,
        12,
        1,
        warning -> {},
        done -> {},
        () -> false,
        null);
  }

  /** Opens the session and its page. */
  private void open(List<String> classes) {
    labeling = Labeling.open(photos, clip, options(classes));
    site = LabelSite.of(labeling);
    browser().look(1280, 800, false);
    browser().open(site.address() + "#" + site.token);
    browser().await("['single', 'grid', 'start'].includes(document.body.dataset.screen)");
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

  private String truth(int image) {
    return truth.get(labeling.images().get(image).toString());
  }

  private int number(String name) {
    return name.isEmpty() ? -1 : labeling.classes().indexOf(name);
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
    if (screen().equals("single")) {
      pressClass(image("document.getElementById('large')"));
    } else {
      JsonNode tiles = tiles();
      for (int i = 0; i < tiles.size(); i++) {
        if (!tiles.get(i).get(1).asText().equals(text(truth(tiles.get(i).get(0).asInt())))) {
          for (int at = focused(); at != i; at = focused()) {
            browser().press(at < i ? "ArrowRight" : "ArrowLeft");
          }
          String name = truth(tiles.get(i).get(0).asInt());
          pressClass(tiles.get(i).get(0).asInt());
          browser()
              .await(
                  "document.querySelectorAll('.tile .tag')[%s].textContent === '%s'"
                      .formatted(i, text(name)));
        }
      }
      browser().press("Enter");
    }
    awaitChange(before);
  }

  private static String text(String name) {
    return name.isEmpty() ? "none of these" : name;
  }

  private static int image(String element) {
    return browser().value("Number(" + element + ".dataset.image)").asInt();
  }

  /** Returns the index and the shown class of each tile. */
  private static JsonNode tiles() {
    return browser()
        .value(
            "[...document.querySelectorAll('.tile')].map(t => [Number(t.querySelector('img').dataset"
                + ".image), t.querySelector('.tag').textContent])");
  }

  private static int focused() {
    return browser()
        .value("[...document.querySelectorAll('.tile')].indexOf(document.activeElement)")
        .asInt();
  }

  // ---- a person with a mouse

  private static final IntFunction<String> ROW = "document.getElementById('class-%s')"::formatted;

  private void answerByClicks() {
    String before = at();
    if (screen().equals("single")) {
      browser().click(ROW.apply(number(truth(image("document.getElementById('large')")))));
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
                i -> browser().click("document.querySelectorAll('.tile')[" + i + "]"));
            browser().click(ROW.apply(number(name)));
          });
      browser().click("document.getElementById('confirm')");
    }
    awaitChange(before);
  }

  // ---- comparison with the simulation

  /** Returns the lines of the journal without undone steps and without times. */
  private List<String> steps(Path session) throws IOException {
    List<String> steps = new ArrayList<>();
    for (String line : Files.readAllLines(session.resolve(LabelJournal.FILE))) {
      if (line.startsWith("{\"op\":\"undo\"")) {
        int last = steps.size() - 1;
        while (!steps.get(last).startsWith("{\"op\":\"page\"")) {
          last--;
        }
        steps.remove(last);
      } else {
        steps.add(line.replaceFirst(",\"seconds\":[0-9.Ee-]+", ""));
      }
    }
    return steps;
  }

  private void assertEqualsSimulation(List<String> classes) throws IOException {
    Path session = folder.resolve("simulated");
    List<LabeledImage> results;
    try (Labeling simulated = Labeling.open(photos, clip, options(classes).withSession(session))) {
      simulated.simulate(truth, new Simulation.Settings(0, 100, 1), step -> {});
      results = simulated.results();
    }
    assertThat(steps(labeling.session())).isEqualTo(steps(session));
    assertThat(labeling.results()).isEqualTo(results);
  }

  @Test
  void aSessionByKeyboardEqualsTheSimulation() throws IOException {
    List<String> known = names.subList(0, names.size() - 1); // one class is found later
    open(known);
    boolean reloaded = false;
    boolean killed = false;
    boolean undone = false;
    for (int step = 0; !screen().equals("finish") && step < MAX_STEPS; step++) {
      answerByKeys();
      int labeled = labeling.status().labeled();
      if (labeled >= 30 && !undone && screen().equals("single")) {
        undone = true;
        answerByKeys();
        undoByKeys();
      }
      if (labeled >= 45 && !reloaded && at().endsWith(".2")) {
        reloaded = true;
        browser().call("Page.reload");
        browser().await("document.body?.dataset.at?.endsWith('.2')");
      }
      if (labeled >= 60 && !killed) {
        killed = true;
        labeling.close(); // without the server, so that the page sees it fail
        site.close();
        browser().press(screen().equals("grid") ? "Enter" : "0");
        open(known);
      }
    }
    assertThat(List.of(undone, reloaded, killed)).containsOnly(true);
    assertThat(screen()).isEqualTo("finish");
    assertThat(shown("#finish-heading")).isEqualTo("All images are labeled.");
    assertThat(shown("#labeled")).startsWith("120 of 120");
    assertThat(shown("#share")).isEqualTo("at least 100\u00a0% right");
    assertEqualsSimulation(known);
  }

  /** Undoes the answers of this page and the step before, and looks for the old answer. */
  private static void undoByKeys() {
    for (int i = 0; i < 7; i++) {
      String before = at();
      browser().press("u");
      awaitChange(before);
    }
    while (browser().value("document.querySelector('.class.chosen') !== null").asBoolean()
        && screen().equals("single")) {
      String before = at();
      browser().press("Enter"); // keeps the answer
      awaitChange(before);
    }
  }

  /** Returns the text of an element. */
  private static String shown(String selector) {
    return browser().value("document.querySelector('" + selector + "').innerText").asText();
  }

  @Test
  void aSessionByMouseEqualsTheSimulation() throws IOException {
    open(names);
    boolean undone = false;
    for (int step = 0; !screen().equals("finish") && step < MAX_STEPS; step++) {
      answerByClicks();
      if (labeling.status().labeled() >= 30 && !undone && screen().equals("grid")) {
        undone = true;
        answerByClicks();
        String before = at();
        browser().click("document.getElementById('undo')");
        awaitChange(before);
      }
    }
    assertThat(undone).isTrue();
    assertThat(shown("#labeled")).startsWith("120 of 120");
    assertEqualsSimulation(names);
    browser().click("document.getElementById('write-close')");
    browser().await("document.body.dataset.screen === 'done'");
    assertThat(shown("#final-results")).isEqualTo("labels: x.csv");
    assertThat(site.server.isFinished()).isTrue();
  }

  @Test
  void theStartAsksForNames() {
    open(List.of());
    assertThat(screen()).isEqualTo("start");
    browser().await("document.querySelectorAll('#overview img[src^=blob]').length === 24");
    assertThat(browser().value("document.activeElement.id").asText()).isEqualTo("names");
    browser().type(names.get(0));
    browser().value("document.querySelector('#start button').click()");
    browser().await("document.querySelector('#problem').innerText.includes('two classes')");
    browser().press("Enter");
    browser().type("<b>bold</b>");
    browser().click("document.querySelector('#start button')");
    browser().await("document.body.dataset.screen === 'single'");
    assertThat(browser().value("document.querySelectorAll('b').length").asInt()).isZero();
    assertThat(labeling.classes()).containsExactly(names.get(0), "<b>bold</b>");
    thePageIsSilent();
  }

  @Test
  void theFieldFindsAndAdds() {
    open(List.of("carrot", "scarf"));
    browser().press("/");
    browser().type("car"); // begins a class, is in another one, and is a class of its own
    assertThat(
            browser()
                .value("[...document.querySelectorAll('#class-list .text')].map(e => e.innerText)"))
        .map(JsonNode::asText)
        .containsExactly("carrot", "scarf", "add “car”");
    browser().press("ArrowDown");
    browser().press("ArrowDown");
    browser().press("Enter");
    browser().await("document.body.dataset.at === '1.1'");
    assertThat(labeling.classes()).containsExactly("carrot", "scarf", "car");
    browser().press("/");
    browser().type("scar");
    browser().press("Enter"); // the first letters are enough
    browser().await("document.body.dataset.at === '1.2'");
    browser().press("u");
    browser().await("document.querySelector('.class.chosen').innerText.includes('scarf')");
    thePageIsSilent();
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
  void itFitsAPhoneAndADeskByDayAndByNight() throws IOException {
    open(names);
    for (int step = 0; !screen().equals("grid") && step < MAX_STEPS; step++) {
      assertFits("question");
      answerByKeys();
    }
    browser().press(" ");
    browser().press("0");
    assertFits("page");
    browser().press("u");
    browser().value("document.getElementById('to-finish').click()");
    browser().await("document.querySelector('#offers li')");
    assertFits("finish");
    thePageIsSilent();
  }

  private void assertFits(String name) throws IOException {
    if (name.equals("question") && !at().endsWith("single1.0")) {
      return; // the first one is enough
    }
    for (int width : new int[] {1280, 390, 320}) {
      for (boolean dark : new boolean[] {false, true}) {
        browser().look(width, width < 600 ? 844 : 800, dark);
        assertThat(browser().value("document.documentElement.scrollWidth").asInt())
            .as(name)
            .isLessThanOrEqualTo(width);
        assertThat(browser().value("getComputedStyle(document.body).backgroundColor").asText())
            .isEqualTo(dark ? "rgb(20, 23, 26)" : "rgb(255, 255, 255)");
        // Only a person can judge the look of the page, so the test writes screenshots.
        browser()
            .screenshot(
                Path.of("target", "label-%s-%s%s.png".formatted(name, width, dark ? "-dark" : "")));
      }
    }
    browser().look(1280, 800, false);
    for (JsonNode node : browser().call("Accessibility.getFullAXTree").path("nodes")) {
      String role = node.path("role").path("value").asText();
      if (!node.path("ignored").asBoolean()
          && List.of("button", "textbox", "combobox", "option", "listbox", "progressbar")
              .contains(role)) {
        assertThat(node.path("name").path("value").asText()).as(node.toString()).isNotBlank();
      }
    }
  }
}
