package org.kgcoop.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.files.Json;
import org.kgcoop.files.LockedFile;
import org.kgcoop.runs.RunFolders;

/** Tests of the report page, with generated results. */
class ReportPageTest {
  private static final String AWKWARD = "Kg<script>alert(1)</script>&\"Co'Op";

  @TempDir static Path shared;

  @TempDir Path folder;

  private final StoredResults stored = new StoredResults();

  /** Writes a sweep over two data sets, with its runs. */
  @BeforeAll
  static void writeSweep() throws IOException {
    assertThat(new StoredResults().baseToNew(shared)).isNotEmpty();
    ReportPage.write(List.of(shared), List.of(), shared.resolve("report.html"));
  }

  private static Document sweep() throws IOException {
    return Jsoup.parse(Files.readString(shared.resolve("report.html")));
  }

  private Document page(JsonNode results) throws IOException {
    StoredResults.write(folder, results);
    return page(folder);
  }

  private Document page(Path... folders) throws IOException {
    Path file = folder.resolve("report.html");
    ReportPage.write(List.of(folders), List.of(), file);
    return Jsoup.parse(Files.readString(file));
  }

  private static List<String> sections(Document page) {
    return page.select("main > section").eachAttr("id");
  }

  /** Returns the rows of a table as text. */
  private static List<String> rows(Element table) {
    return table.select("tbody tr").eachText();
  }

  /** Returns the value of a term in a definition list. */
  private static String value(Document page, String term) {
    return page.select("dt").stream()
        .filter(dt -> dt.text().equals(term))
        .map(Element::nextElementSibling)
        .filter(dd -> dd != null)
        .map(Element::text)
        .findFirst()
        .orElse("");
  }

  /** Returns the results of two methods on one data set, without run folders. */
  private static ObjectNode plain() {
    ObjectNode results = JsonNodeFactory.instance.objectNode();
    ArrayNode cells = results.putArray("cells");
    for (int seed = 1; seed <= 2; seed++) {
      cell(cells, "clip", "CLIP", seed, 6980 + 20 * seed, 7450);
      cell(cells, "kgcoop", AWKWARD, seed, 8040 + 20 * seed, 7360)
          .putObject("training")
          .put("images", 1000)
          .put("ms_per_image", 12.4)
          .put("prepare_seconds", 1);
    }
    ObjectNode settings = results.putObject("settings").put("protocol", "base2new");
    settings.put("shots", 16).putArray("seeds").add(1).add(2);
    return results;
  }

  /** Adds a run, with the numbers of correct images among 10000, and returns its results. */
  private static ObjectNode cell(
      ArrayNode cells, String method, String title, int seed, int base, int unseen) {
    ObjectNode cell =
        cells.addObject().put("method", method).put("title", title).put("prompts", "textual");
    ArrayNode targets = StoredResults.targets(StoredResults.sample(cell, "food <i>", 16, seed));
    targets.add(StoredResults.counts("base", "food <i>", "base", base, 10_000));
    targets.add(StoredResults.counts("new", "food <i>", "new", unseen, 10_000));
    return (ObjectNode) cell.path("results");
  }

  @Test
  void theTableHasTheNumbersAndMarksTheBest() throws IOException {
    Element table = page(plain()).expectFirst("table");

    assertThat(table.select("thead th").eachText())
        .containsExactly("method", "base", "new", "H", "ms/image", "with features");
    assertThat(rows(table))
        .containsExactly(
            "CLIP textual 70.10 ± 0.10 ★ 74.50 ± 0.00 72.23 ± 0.05 – –",
            AWKWARD + " textual ★ 80.70 ± 0.10 73.60 ± 0.00 ★ 76.99 ± 0.05 12 13");
    assertThat(table.select(".star")).allMatch(star -> star.attr("aria-label").equals("best"));
  }

  @Test
  void theJointListAndTheCalibrationHaveATableOfTheirOwn() throws IOException {
    Element table = sweep().select("#results table").get(1);

    assertThat(table.select("thead th").eachText()).contains("joint H", "ECE");
    // The highest joint H and the lowest calibration error are the best.
    assertThat(rows(table)).first().asString().startsWith("CLIP 60.00 ± 0.00");
    assertThat(rows(table)).last().asString().startsWith("KgCoOp weight=16 ★ 64.00 ± 0.00");
  }

  @Test
  void equalAsShownIsEquallyGood() throws IOException {
    ObjectNode results = plain();
    for (int cell = 0; cell < 3; cell += 2) {
      JsonNode target = results.path("cells").path(cell).path("results").path("targets").path(0);
      ((ObjectNode) target).put("correct", 80_701 + cell).put("total", 100_000);
    }

    assertThat(page(results).expectFirst("table").select("td:nth-child(2)").eachText())
        .containsExactly("★ 80.70 ± 0.00", "★ 80.70 ± 0.10");
  }

  @Test
  void theFasterMethodIsTheBetterOne() throws IOException {
    ObjectNode results = plain();
    ((ObjectNode) results.path("cells").path(0).path("results"))
        .putObject("training")
        .put("ms_per_image", 6);

    assertThat(page(results).expectFirst("table").select("td:nth-child(5)").eachText())
        .containsExactly("★ 6.00", "12");
  }

  @Test
  void namesTheComparedMethodsInASentence() throws IOException {
    assertThat(page(plain()).expectFirst("header p").text())
        .isEqualTo(
            "CLIP and "
                + AWKWARD
                + " compared on the data set food <i>"
                + " with 16 training images per class and seeds 1 and 2.");
  }

  @Test
  void withoutRunsThereIsTheTableAlone() throws IOException {
    assertThat(sections(page(plain()))).containsExactly("results", "made", "notes");
  }

  @Test
  void aSweepWithItsRunsHasEverySection() throws IOException {
    Document page = sweep();

    assertThat(sections(page))
        .containsExactly("results", "training", "mistakes", "words", "made", "notes");
    assertThat(page.select("#results h3").eachText())
        .containsExactly("Joint list and calibration", "objects", "places");
    // Four: base, new and H over both data sets, and a chart per data set. Eight: two losses,
    // accuracy and learning rate for two data sets. Two: a calibration chart for two runs.
    assertThat(page.select("figure.chart svg.drawing")).hasSize(4 + 8 + 2);
    assertThat(page.select("#training figcaption").eachText())
        .contains(
            "Loss by epoch",
            "Loss: cross entropy by epoch",
            "Validation accuracy, in percent by epoch",
            "Learning rate by epoch");
    assertThat(page.select("#mistakes figcaption").eachText())
        .contains("Calibration; expected calibration error: base 4.73 %, new 4.73 %");
    assertThat(page.expectFirst("#words td").text()).isEqualTo("icon, <drawing>, image");
  }

  @Test
  void aRunWithATemperatureHasADiagramWithoutAndWithIt() throws IOException {
    stored.run(folder.resolve("run"), StoredResults.COOP, "objects", 1);
    int before = page(folder.resolve("run")).select("#mistakes figure.chart").size();
    Path file = folder.resolve("run/results.json");
    ObjectNode results = (ObjectNode) Json.read(file);
    ObjectNode calibration = results.putObject("calibration");
    calibration.put("temperature", 1.75).put("by", "validation").put("images", 40);
    ObjectNode without = calibration.putObject("before").put("ece", 0.14).put("nll", 1);
    without
        .putArray("bins")
        .addObject()
        .put("images", 8)
        .put("confidence", 0.9)
        .put("accuracy", 0.5);
    ObjectNode with = calibration.putObject("after").put("ece", 0.0712).put("nll", 0.5);
    with.putArray("bins").addObject().put("images", 8).put("confidence", 0.6).put("accuracy", 0.5);
    Json.write(file, results);

    Document page = page(folder.resolve("run"));

    assertThat(page.select("#mistakes figure.chart")).hasSize(before + 1);
    assertThat(page.select("#mistakes figcaption").eachText())
        .contains(
            "Calibration on learned classes; expected calibration error: 14.00 % without"
                + " temperature, 7.12 % with it, from 40 validation images");
    assertThat(page.select("#mistakes").text())
        .contains("without temperature 8 0.900 0.500")
        .contains("temperature 1.75 8 0.600 0.500");
  }

  @Test
  void aClassWithoutANameIsShownByItsNumber() throws IOException {
    stored.run(folder.resolve("run"), StoredResults.COOP, "objects", 1);
    Path file = folder.resolve("run/results.json");
    ObjectNode results = (ObjectNode) Json.read(file);
    for (JsonNode target : results.path("targets")) {
      ((ArrayNode) target.path("set").path("class_names")).set(0, "").set(1, " ");
    }
    Json.write(file, results);

    assertThat(page(folder.resolve("run")).expectFirst("#mistakes").text())
        .contains("class 0", "class 1");
  }

  @Test
  void everyChartHasAnAlternative() throws IOException {
    Document page = sweep();

    for (Element chart : page.select("figure.chart")) {
      assertThat(chart.expectFirst("svg[role=img] > title").text())
          .isEqualTo(chart.expectFirst("figcaption").text());
      assertThat(chart.select("details tbody td")).isNotEmpty();
    }
  }

  @Test
  void chartsAreSmallAndTheirTextIsText() throws IOException {
    for (Element chart : sweep().select("svg.drawing")) {
      assertThat(chart.html()).hasSizeLessThan(15_000);
      assertThat(chart.select("text")).hasSizeGreaterThan(4);
    }
  }

  @Test
  void aMethodHasOneColorInAllChartsOfAPage() throws IOException {
    Map<String, Set<String>> colors = new TreeMap<>();
    for (String section : List.of("#results", "#training")) {
      for (Element entry : sweep().select(section + " .legend li")) {
        colors
            .computeIfAbsent(entry.text(), name -> new TreeSet<>())
            .add(entry.expectFirst("svg").className());
      }
    }
    colors.keySet().removeIf(name -> name.contains(";")); // some runs have one common line

    assertThat(colors).containsKeys("CLIP", "CoOp");
    assertThat(colors.values()).allSatisfy(own -> assertThat(own).hasSize(1));
    assertThat(colors.values()).doesNotHaveDuplicates();
  }

  @Test
  void givesLateMethodsTheRemainingColors() {
    Palette palette = new Palette(List.of("a", "b", "c", "d", "e", "f", "g", "h", "late"));

    assertThat(palette.places(List.of("c", "a"))).containsExactly("a", "", "c");
    assertThat(palette.places(List.of("late", "c", "new"))).containsExactly("late", "new", "c");
    assertThat(palette.places(palette.methods())).isEqualTo(palette.methods().subList(0, 8));
  }

  @Test
  void mistakesHaveImagesOfTheEmbeddedDataSets() throws IOException {
    Document page = sweep();

    assertThat(page.select("#mistakes .gallery img").eachAttr("src"))
        .isNotEmpty()
        .allMatch(source -> source.startsWith("data:image/png;base64,"));
    assertThat(page.select("#mistakes .gallery figcaption").eachText())
        .allMatch(caption -> caption.contains(", taken for "));
  }

  @Test
  void explainsMissingImagesOfUnknownDataSets() throws IOException {
    Path run = folder.resolve("run");
    ArrayNode targets = stored.run(run, StoredResults.COOP, "objects", 1);
    targets.forEach(target -> ((ObjectNode) target.path("set")).put("data_set", "mine"));
    ObjectNode results = JsonNodeFactory.instance.objectNode();
    results.set("targets", targets);
    StoredResults.write(run, results);

    Document page = page(run);

    assertThat(page.select(".gallery")).isEmpty();
    assertThat(page.expectFirst("#mistakes").text())
        .contains("No images are shown: the report does not know where the data set mine lies");
  }

  @Test
  void aRunHasItsCurvesMistakesAndSettings() throws IOException {
    Path run = folder.resolve("run");
    ArrayNode targets = stored.run(run, StoredResults.COOP, "objects", 1);

    Document page = page(run);

    assertThat(page.title()).isEqualTo("CoOp on objects");
    assertThat(sections(page))
        .containsExactly("runs", "training", "mistakes", "words", "made", "notes");
    JsonNode base = targets.path(0);
    assertThat(page.expectFirst("#runs td").text())
        .isEqualTo(
            Formats.percent(100.0 * base.path("correct").asInt() / base.path("total").asInt()));
    assertThat(page.expectFirst("#made").text()).contains("epochs 10", "0.1.0", "2.5 s");
    assertThat(value(page, "command")).isEqualTo("./kgcoop train --template 'it'\\''s a {}.'");
    assertThat(value(page, "CLIP")).isEqualTo("ViT-B-16.pt");
    assertThat(page.text()).doesNotContain("somebody");
  }

  /** A page for others must not reveal folders of a machine. */
  @Test
  void aCommandHasOnlyNamesOfOtherFolders() {
    Map.of(
            "/home/ann/clients/smith/", "smith",
            "--out=/home/ann/runs/x", "--out=x",
            "--data=../secret/pets,~/food", "--data=pets,food",
            "C:\\Users\\ann\\pets", "pets",
            "runs/pets", "runs/pets",
            "ViT-B/32-256", "ViT-B/32-256",
            "hf:owner/name", "hf:owner/name",
            "a photo of a {}.", "a photo of a {}.",
            "/", "/")
        .forEach(
            (word, shown) ->
                assertThat(ProvenanceSection.withoutFolders(word)).as(word).isEqualTo(shown));
  }

  @Test
  void theCommandOfAPageRevealsNoFolder() throws IOException {
    Path run = folder.resolve("run");
    assertThat(stored.run(run, StoredResults.COOP, "objects", 1)).isNotEmpty();
    Path file = run.resolve("run.json");
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(file.toFile());
    ((ObjectNode) json.path("provenance"))
        .putArray("command")
        .add("train")
        .add("--data")
        .add("/home/ann/private/pets");
    Files.writeString(file, json.toString());

    assertThat(value(page(run), "command")).isEqualTo("./kgcoop train --data pets");
  }

  @Test
  void fewShotCurvesHaveBandsAndANumberOfShotsAColumn() throws IOException {
    Document page = page(stored.fewShot(folder));

    assertThat(page.title()).isEqualTo("Few-shot learning");
    Element table = page.expectFirst("#few-shot table");
    assertThat(table.select("thead th").eachText())
        .containsExactly("method", "1 shot", "2 shots", "4 shots", "8 shots");
    // CoOp with k shots has 60 + 4 log2 k + seed percent, for seeds 1 and 2. CLIP learns nothing
    // and has 60 + seed.
    assertThat(rows(table))
        .startsWith(
            "CLIP ★ 61.50 ± 0.50 61.50 ± 0.50 61.50 ± 0.50 61.50 ± 0.50",
            "CoOp ★ 61.50 ± 0.50 ★ 65.50 ± 0.50 ★ 69.50 ± 0.50 ★ 73.50 ± 0.50");
    assertThat(page.select("#few-shot svg.drawing")).hasSize(3);
    assertThat(page.select("#few-shot svg path.band")).isNotEmpty();
  }

  @Test
  void transferHasAColumnForEachDataSetAndTheMeanOfTheOthers() throws IOException {
    for (String protocol : List.of("cross", "domain")) {
      Element table = page(stored.transfer(folder, protocol)).expectFirst("#transfer table");

      assertThat(table.select("thead th").eachText())
          .containsExactly("method", "objects (source)", "places", "symbols", "average");
      // KgCoOp is 5 points better than CLIP with seed 1, and 10 points with seed 2. The mean is
      // 7.5, the deviation 2.5.
      assertThat(rows(table))
          .containsExactly(
              "CLIP 80.00 ± 0.00 50.00 ± 0.00 20.00 ± 0.00 35.00 ± 0.00",
              "KgCoOp ★ 87.50 ± 2.50 ★ 57.50 ± 2.50 ★ 27.50 ± 2.50 ★ 42.50 ± 2.50");
    }
  }

  @Test
  void severalFoldersShareAPage() throws IOException {
    assertThat(stored.fewShot(folder.resolve("few"))).isNotEmpty();
    assertThat(stored.transfer(folder.resolve("far"), "cross")).isNotEmpty();
    assertThat(stored.run(folder.resolve("run"), StoredResults.COOP, "objects", 1)).isNotEmpty();

    Document page = page(folder.resolve("few"), folder.resolve("far"), folder.resolve("run"));

    assertThat(sections(page)).contains("few-shot-1", "transfer-2", "runs", "training");
    assertThat(page.select("[id]").eachAttr("id")).doesNotHaveDuplicates();
    assertThat(page.expectFirst("header p").text()).isEqualTo("few, far and 1 run.");
  }

  @Test
  void escapesForeignText() throws IOException {
    Document page = page(plain());

    assertThat(page.select("i, script, alert")).isEmpty();
    assertThat(page.text()).contains(AWKWARD, "food <i>");
  }

  @Test
  void thePageNeedsNothingElseAndForbidsIt() throws IOException {
    Document page = sweep();

    assertThat(page.select("script, iframe, object, [style], [onload], [onclick]")).isEmpty();
    assertThat(page.select("[src], link[href]").eachAttr("src"))
        .allMatch(source -> source.isEmpty() || source.startsWith("data:"));
    assertThat(page.select("link").eachAttr("href")).containsExactly("data:,");
    assertThat(page.select("a[href]").eachAttr("href")).allMatch(href -> href.startsWith("#"));
    assertThat(page.expectFirst("style").data()).doesNotContain("url(", "@import");
    assertThat(page.expectFirst("meta[http-equiv=Content-Security-Policy]").attr("content"))
        .startsWith("default-src 'none'; img-src data:; style-src 'sha256-")
        .doesNotContain("unsafe");
  }

  @Test
  void headingsAreInOrderAndTablesHaveHeaders() throws IOException {
    Document page = sweep();

    int before = 1;
    for (Element heading : page.select("h1, h2, h3, h4")) {
      int level = heading.tagName().charAt(1) - '0';
      assertThat(level).as(heading.text()).isLessThanOrEqualTo(before + 1);
      before = level;
    }
    assertThat(page.select("th:not([scope])")).isEmpty();
    assertThat(page.select("img:not([alt])")).isEmpty();
    assertThat(page.expectFirst("a.skip").attr("href")).isEqualTo("#content");
  }

  @Test
  void oneSeedHasNoDeviation() throws IOException {
    ObjectNode results = plain();
    results.withObject("/settings").putArray("seeds").add(1);

    Document page = page(results);

    assertThat(rows(page.expectFirst("table")).get(0))
        .isEqualTo("CLIP textual 70.10 ★ 74.50 72.23 – –");
    assertThat(page.expectFirst("#results").text()).doesNotContain("±");
  }

  @Test
  void settingsStandThereForEachMethod() throws IOException {
    Document page = sweep();

    assertThat(page.expectFirst("#made").text())
        .contains("weight 8", "words none", "warmup lr 0.00001", "an icon of a {}.");
    assertThat(value(page, "command"))
        .isEqualTo("./kgcoop base2new --data embedded:objects --seeds 1,2");
    assertThat(value(page, "CLIP fingerprint")).isEqualTo("fedcba987654…");
    assertThat(value(page, "seeds")).isEqualTo("1 · 2");
    // 2 data sets x 4 methods that learn x 2 seeds x 2.5 s
    assertThat(value(page, "training time, all runs")).isEqualTo("40.0 s");
  }

  @Test
  void showsMissingValuesAsDashes() throws IOException {
    ObjectNode results = JsonNodeFactory.instance.objectNode();
    ArrayNode cells = results.putArray("cells");
    ObjectNode other = StoredResults.sample(cells.addObject().put("title", "other"), "", 0, 1);
    StoredResults.targets(other.put("run", "nowhere"));
    results.putObject("settings").putArray("methods").add("kgcoop").addObject();

    Document page = page(results);

    assertThat(rows(page.expectFirst("table"))).containsExactly("other – – – – –");
  }

  @Test
  void oneStepMakesNoCurve() throws IOException {
    Path run = folder.resolve("run");
    stored.run(run, StoredResults.COOP, "objects", 1);
    String first = "{\"step\": 1, \"epoch\": 1, \"batch\": 1, \"loss\": 2.5, \"lr\": 0.05}\n";
    Files.writeString(run.resolve("events.jsonl"), first);

    Document page = page(run);

    assertThat(page.select("#training svg")).isEmpty();
    assertThat(page.select("#training p").text()).contains("Too few steps to plot.");
  }

  @Test
  void reportsThatThereAreNoResults() throws IOException {
    Document page = page(JsonNodeFactory.instance.objectNode());

    assertThat(page.expectFirst("table").text()).contains("no results");
    assertThat(page.select("svg")).isEmpty();
  }

  @Test
  void aCellCannotPointOutOfItsFolder() throws IOException {
    var targets = stored.run(folder.resolve("run"), StoredResults.COOP, "objects", 1);
    ObjectNode results = JsonNodeFactory.instance.objectNode();
    StoredResults.targets(
            StoredResults.sample(results.putArray("cells").addObject(), "objects", 8, 1)
                .put("run", "../run"))
        .addAll(targets);
    Path table = Files.createDirectories(folder.resolve("table"));

    StoredResults.write(table, results);

    assertThat(sections(page(table))).doesNotContain("training", "mistakes");
  }

  @Test
  void equalResultsGiveEqualBytes() throws IOException {
    ReportPage.write(List.of(shared), List.of(), shared.resolve("again.html"));

    assertThat(shared.resolve("again.html")).hasSameBinaryContentAs(shared.resolve("report.html"));
  }

  @Test
  void manyRunsStayAPageThatOneCanOpen() throws IOException {
    ObjectNode results = stored.fewShot(folder);
    ArrayNode cells = results.withArray("/cells");
    JsonNode one = cells.path(0).deepCopy();
    for (int set = 0; set < 40; set++) {
      for (int method = 0; method < 20; method++) {
        ObjectNode cell = one.deepCopy();
        cells.add(cell.put("title", "method " + method).put("run", ""));
        ((ObjectNode) cell.path("sample")).put("data_set", "set" + set);
      }
    }

    Document page = page(results);

    assertThat(Files.size(folder.resolve("report.html"))).isLessThan(1_500_000);
    assertThat(page.expectFirst("#few-shot").text())
        .contains("Left out: the curves of 26 data sets.");
  }

  @Test
  void manyRunsHaveOneRowPerMethodAndTheRestIsFolded() throws IOException {
    List<Path> folders = new ArrayList<>();
    for (int seed = 1; seed <= 51; seed++) {
      folders.add(folder.resolve("seed" + seed));
      stored.run(folders.get(seed - 1), StoredResults.COOP, "objects", seed);
    }

    Document page = page(folders.toArray(Path[]::new));

    Element runs = page.expectFirst("#runs");
    assertThat(runs.select("> .scroll tbody tr")).hasSize(1);
    assertThat(runs.expectFirst("> .scroll tbody tr").text()).contains("51 runs");
    assertThat(runs.expectFirst("details summary").text()).isEqualTo("All 51 runs");
    assertThat(runs.select("details tbody tr")).hasSize(51);
  }

  @Test
  void rejectsAFolderWithoutResults() {
    Path file = folder.resolve("report.html");

    assertThatThrownBy(() -> ReportPage.write(List.of(folder.resolve("no")), List.of(), file))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("no: there is no such folder; expected a folder that train");
    assertThatThrownBy(() -> ReportPage.write(List.of(folder), List.of(), file))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("no results here");
    assertThat(file).doesNotExist();
  }

  @Test
  void aDamagedFileIsNamed() throws IOException {
    Files.writeString(folder.resolve("results.json"), "{\"rows\": [\n");

    assertThatThrownBy(() -> ReportPage.write(List.of(folder), List.of(), folder.resolve("r.html")))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("results.json: damaged in line 2");
  }

  @Test
  void rejectsAMissingFolder() throws IOException {
    StoredResults.write(folder, plain());
    Path file = folder.resolve("no").resolve("report.html");

    assertThatThrownBy(() -> ReportPage.write(List.of(folder), List.of(), file))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("report.html");
  }

  // ---- runs in progress

  @Test
  void aRunInProgressHasTheCurvesOfItsCompleteEpochs() throws IOException {
    Path run = folder.resolve("run");
    try (LockedFile lock = StoredResults.begun(run, 14)) {
      Document page = page(run);

      assertThat(sections(page)).containsExactly("training", "made");
      // Only two of the four steps of the fourth epoch are complete, so the curve ends with the
      // third.
      assertThat(rows(page.expectFirst("#training table")))
          .containsExactly("1 8.5000", "2 8.0000", "3 7.5000");
    }
  }

  @Test
  void beforeTwoEpochsAreOverCurvesGoByStep() throws IOException {
    Path run = folder.resolve("run");
    try (LockedFile lock = StoredResults.begun(run, 7)) {
      assertThat(page(run).expectFirst("#training figcaption").text()).isEqualTo("Losses by step");
    }
  }

  @Test
  void anIncompleteTableShowsTheCompleteRuns() throws IOException {
    ObjectNode results = stored.baseToNew(folder);
    ArrayNode cells = results.withArray("/cells");
    ObjectNode last = (ObjectNode) cells.remove(cells.size() - 1);
    ArrayNode pending = results.putArray("pending");
    for (String run : List.of("objects/none/seed1", "objects/next/seed1")) {
      ObjectNode cell = last.deepCopy().put("run", run);
      cell.putObject("results");
      pending.add(cell);
    }
    Files.delete(folder.resolve("results.json"));
    Files.writeString(folder.resolve("table.json"), results.toPrettyString());

    Document page = page(folder);

    assertThat(sections(page)).contains("results", "training", "mistakes");
    assertThat(page.expectFirst("header").text()).contains("19 of 21 runs are done.");
  }

  @Test
  void aTableWithoutACompleteRunHasNoResults() throws IOException {
    Files.writeString(
        folder.resolve("table.json"),
        """
        {"settings": {"protocol": "base2new"}, "cells": [], "pending": [
          {"method": "coop", "title": "CoOp", "sample": {"data_set": "pets"},
           "run": "pets/coop/seed1", "results": {}}]}
        """);

    Document page = page(folder);

    assertThat(sections(page)).containsExactly("made", "notes");
    assertThat(page.expectFirst("header").text())
        .contains("CoOp measured on the data set pets. 0 of 1 runs are done.");
  }

  @Test
  void runsOfATableWithoutATableFileAreShownAlone() throws IOException {
    try (LockedFile table = RunFolders.lock(folder);
        LockedFile run = StoredResults.begun(folder.resolve("objects/coop/seed1"), 14)) {
      assertThat(sections(page(folder))).startsWith("training");
    }
  }

  @Test
  void showsTheMethodsOfAnUnfinishedAdaptation() throws IOException {
    Files.writeString(
        folder.resolve("adapt.json"),
        """
        {"settings": {"data": "photos"}, "plan": {}, "labels": {"origin": "unstated"},
         "images": {"count": 8, "classes": 2, "fewest": 4, "most": 4, "copies": {}},
         "result": {},
         "candidates": [{"method": "clip", "title": "CLIP", "value": 61.5, "seconds": 2}]}
        """);

    Document page = page(folder);

    assertThat(page.title()).isEqualTo("Adaptation on photos");
    assertThat(sections(page)).startsWith("choice");
    assertThat(page.expectFirst("#choice").text()).contains("None is chosen yet", "61.50");
  }

  @Test
  void theMistakesOfAnAdaptationAreNamedByImage() throws IOException {
    Files.writeString(
        folder.resolve("adapt.json"),
        """
        {"settings": {"data": "photos"}, "plan": {}, "labels": {"origin": "unstated"},
         "images":
           {"count": 4, "available": 4, "classes": 2, "fewest": 2, "most": 2, "copies": {}},
         "choice": {"method": "clip", "title": "CLIP", "why": "It is."},
         "result": {
           "expected": {"accuracy": 75, "low": 40, "high": 95, "images": 4},
           "classes": [{"name": "cat", "asked": 2, "right": 1}, {"name": "dog", "asked": 2, "right": 2}],
           "mistakes":
             [{"image": "cat/7.jpg", "actual": "cat", "predicted": "wolf", "confidence": 0.61}]}}
        """);

    Document page = page(folder);
    assertThat(page.expectFirst("#choice").text())
        .contains("Of 100 new images like these, expect 75 right (95 %: 40 to 95).")
        .contains("cat/7.jpg", "wolf", "61");
    assertThat(page.expectFirst(".key-number b").text()).isEqualTo("75 of 100");
    // No table is empty, and no note explains a measure that the page does not have.
    assertThat(sections(page)).doesNotContain("runs", "notes");
  }

  /** A record may come from somebody else, and name any file of this machine. */
  @Test
  void suspectsAreShownOnlyIfTheirDataSetIsGiven() throws IOException {
    Path photos = folder.resolve("photos");
    SampleDrawings.copyTo(photos, 2);
    String label;
    try (Stream<Path> classes = Files.list(photos)) {
      label = classes.sorted().toList().get(0).getFileName().toString();
    }
    Path secret = folder.resolve("secret.png");
    Files.copy(photos.resolve(label).resolve("0.png"), secret);
    Path run = Files.createDirectories(folder.resolve("run"));
    Files.createSymbolicLink(run.resolve("link.png"), secret);
    String suspects =
        Stream.of(secret.toString(), "link.png", "../secret.png", run.resolve("link.png") + "")
            .map(
                file ->
                    """
                    {"image": "%s/0.png", "file": "%s", "given": "%s", "likely": "x"}"""
                        .formatted(label, file, label.replace('_', ' ')))
            .collect(Collectors.joining(","));
    Files.writeString(
        run.resolve("adapt.json"),
        """
        {"settings": {"data": "photos"}, "plan": {}, "labels": {"origin": "unstated"},
         "images": {"copies": {}}, "choice": {"method": "clip", "title": "CLIP", "why": "It is."},
         "result": {"suspects": [%s]}}
        """
            .formatted(suspects));
    Path file = folder.resolve("page.html");

    ReportPage.write(List.of(run), List.of(), file);
    assertThat(file).content().doesNotContain("data:image").contains("name it by --data");
    ReportPage.write(List.of(run), List.of(photos), file);
    assertThat(file).content().contains("data:image");
  }
}
