package org.kgcoop.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;

/** What stands on the page of a base-to-new run, for results made by hand. */
class ReportPageTest {
  private static final String AWKWARD = "Kg<b>&\"Co'Op";

  @TempDir Path folder;

  private Document page(JsonNode results) throws IOException {
    Path file = folder.resolve("report.html");
    ReportPage.write(results, file);
    return Jsoup.parse(Files.readString(file));
  }

  /** Two methods, two data sets, two seeds. */
  private static ObjectNode results() {
    ObjectNode results = JsonNodeFactory.instance.objectNode();
    ArrayNode rows = results.putArray("rows");
    row(rows, "clip", "CLIP", 70.125, 0, 74.5, 0, 72.246);
    row(rows, "kgcoop", AWKWARD, 80.7349, 0.3151, 73.6, 0.449, 77.0024).put("ms_per_image", 12.4);
    ArrayNode sets = results.putArray("data_sets");
    for (String name : List.of("pets", "food <i>")) {
      ArrayNode ofSet = sets.addObject().put("name", name).putArray("rows");
      ObjectNode clip = row(ofSet, "clip", "CLIP", 61, 0, 62, 0, 61.4959);
      row(ofSet, "kgcoop", AWKWARD, 63, 1, 64, 2, 63.4961).put("ms_per_image", 3.14159);
      ArrayNode seeds = clip.putArray("seeds");
      seeds.addObject().put("seed", 1).put("total_base", 130).put("total_new", 123);
      seeds.addObject().put("seed", 2).put("total_base", 130).put("total_new", 123);
    }
    ObjectNode settings = results.putObject("settings");
    settings.put("protocol", "base2new").put("shots", 16).putArray("seeds").add(1).add(2);
    ArrayNode methods = settings.putArray("methods");
    methods
        .addObject()
        .putObject("method")
        .put("method", "clip")
        .putArray("templates")
        .add("a photo of a {}.");
    ObjectNode kgcoop = methods.addObject();
    kgcoop
        .putObject("method")
        .put("method", "kgcoop")
        .put("words", "")
        .put("class_specific", false)
        .put("weight", 8.0);
    kgcoop.putObject("training").put("epochs", 100).put("warmup_lr", 1e-5);
    settings
        .putArray("data_sets")
        .addObject()
        .put("name", "pets")
        .put("template", "a photo of a {}, a type of <pet>.")
        .put("fingerprint", "0123456789abcdef0123456789abcdef");
    results
        .putObject("computation")
        .put("clip_fingerprint", "fedcba9876543210fedcba9876543210")
        .put("precision", "bf16")
        .put("threads", 2);
    results.putObject("versions").put("kgcoop", "0.1.0").put("java", "17.0.21");
    return results;
  }

  @CanIgnoreReturnValue
  private static ObjectNode row(
      ArrayNode rows,
      String method,
      String title,
      double base,
      double baseDeviation,
      double unseen,
      double unseenDeviation,
      double harmonicMean) {
    return rows.addObject()
        .put("method", method)
        .put("title", title)
        .put("prompts", "textual")
        .put("base", base)
        .put("base_std", baseDeviation)
        .put("new", unseen)
        .put("new_std", unseenDeviation)
        .put("h", harmonicMean)
        .putNull("ms_per_image");
  }

  /** The cells of a row as text. */
  private static List<String> cells(Element table, int row) {
    return table.select("tbody tr").get(row).children().eachText();
  }

  /** What a definition list says to a term. */
  private static String value(Document page, String term) {
    return page.select("dt").stream()
        .filter(dt -> dt.text().equals(term))
        .map(dt -> dt.nextElementSibling())
        .filter(dd -> dd != null)
        .map(Element::text)
        .findFirst()
        .orElse("");
  }

  @Test
  void theFirstTableHasTheNumbersAndMarksTheBest() throws IOException {
    Document page = page(results());

    Element table = page.expectFirst("table.results");
    assertThat(table.select("thead th").eachText())
        .containsExactly("method", "prompts", "base", "new", "H", "ms/image");
    assertThat(cells(table, 0))
        .containsExactly("CLIP", "textual", "70.13 ± 0.00", "★ 74.50 ± 0.00", "72.25", "–");
    assertThat(cells(table, 1))
        .containsExactly(AWKWARD, "textual", "★ 80.73 ± 0.32", "73.60 ± 0.45", "★ 77.00", "12");
    assertThat(table.select(".star")).hasSize(3).allMatch(s -> s.attr("aria-label").equals("best"));
  }

  @Test
  void aDataSetHasItsTableAndItsTestPictures() throws IOException {
    Document page = page(results());

    assertThat(page.select("#data-sets h3").eachText()).containsExactly("pets", "food <i>");
    Element food = page.select("#data-sets .part").get(1);
    assertThat(cells(food.expectFirst("table"), 1))
        .containsExactly(AWKWARD, "textual", "★ 63.00 ± 1.00", "★ 64.00 ± 2.00", "★ 63.50", "3.14");
    assertThat(food.text()).contains("130 test pictures of base classes, 123 of new ones.");
  }

  @Test
  void theSentenceSaysWhatWasCompared() throws IOException {
    assertThat(page(results()).expectFirst("header p").text())
        .isEqualTo(
            "CLIP and "
                + AWKWARD
                + " compared on 2 data sets, pets and food <i>,"
                + " with 16 training pictures a class and seeds 1 and 2.");
  }

  @Test
  void theChartSaysItsBarsInWords() throws IOException {
    Document page = page(results());

    assertThat(page.select(".chart .name").eachText()).containsExactly("CLIP", AWKWARD);
    assertThat(page.select(".chart svg").eachAttr("aria-label"))
        .startsWith("CLIP, base: 70.13", "CLIP, new: 74.50", "CLIP, H: 72.25")
        .hasSize(6);
    assertThat(page.select(".chart .length").eachAttr("width")).element(3).isEqualTo("80.73%");
  }

  @Test
  void settingsStandThereForEachMethod() throws IOException {
    Document page = page(results());

    Element table = page.expectFirst("table.settings");
    assertThat(table.select("thead th").eachText()).containsExactly("CLIP", AWKWARD);
    assertThat(table.select("tbody tr").eachText())
        .containsExactly(
            "method",
            "templates a photo of a {}. –",
            "words – none",
            "class specific – no",
            "weight – 8",
            "training",
            "epochs – 100",
            "warmup lr – 0.00001");
    assertThat(cells(page.select("table.settings").get(1), 0))
        .containsExactly("pets", "a photo of a {}, a type of <pet>.", "0123456789ab…");
    assertThat(value(page, "CLIP fingerprint")).isEqualTo("fedcba987654…");
    assertThat(value(page, "precision")).isEqualTo("bf16");
    assertThat(value(page, "threads")).isEqualTo("2");
    assertThat(value(page, "seeds")).isEqualTo("1 · 2");
    assertThat(value(page, "kgcoop")).isEqualTo("0.1.0");
  }

  @Test
  void whatIsForeignStaysText() throws IOException {
    Document page = page(results());

    assertThat(page.select("b, i, pet, script")).isEmpty();
    assertThat(page.select(".method").eachAttr("aria-label")).containsExactly("CLIP", AWKWARD);
  }

  @Test
  void thePageNeedsNothingElse() throws IOException {
    Document page = page(results());

    assertThat(page.select("script, link, img, iframe, object")).isEmpty();
    assertThat(page.select("a[href]").eachAttr("href")).allMatch(href -> href.startsWith("#"));
    assertThat(page.expectFirst("style").data()).doesNotContain("url(", "@import");
  }

  @Test
  void oneSeedHasNoDeviation() throws IOException {
    ObjectNode results = results();
    results.withObject("/settings").putArray("seeds").add(1);

    Document page = page(results);

    assertThat(cells(page.expectFirst("table.results"), 0))
        .containsExactly("CLIP", "textual", "70.13", "★ 74.50", "72.25", "–");
    assertThat(page.text()).doesNotContain("±").contains("a class and seed 1.");
  }

  @Test
  void oneDataSetHasOneTable() throws IOException {
    ObjectNode results = results();
    results.withArray("/data_sets").remove(1);

    Document page = page(results);

    assertThat(page.select("table.results")).hasSize(1);
    assertThat(page.select("h2").eachText()).startsWith("Results on pets");
    assertThat(page.expectFirst("header p").text()).contains("compared on the data set pets with");
  }

  @Test
  void oneUntrainedMethodIsBestOfNothing() throws IOException {
    ObjectNode results = results();
    results.withArray("/rows").remove(1);
    results.withArray("/settings/methods").remove(1);

    Document page = page(results);

    assertThat(cells(page.expectFirst("table.results"), 0))
        .containsExactly("CLIP", "textual", "70.13 ± 0.00", "74.50 ± 0.00", "72.25", "–");
    assertThat(page.expectFirst("table.settings").select("tbody tr").eachText())
        .containsExactly("method", "templates a photo of a {}.");
    assertThat(page.expectFirst("header p").text()).startsWith("CLIP measured on");
  }

  @Test
  void equalAsShownIsEquallyGood() throws IOException {
    ObjectNode results = results();
    ((ObjectNode) results.path("rows").path(0)).put("base", 80.7321);

    assertThat(page(results).expectFirst("table.results").select("td:nth-child(3)").eachText())
        .containsExactly("★ 80.73 ± 0.00", "★ 80.73 ± 0.32");
  }

  @Test
  void whatIsMissingIsADash() throws IOException {
    ObjectNode results = JsonNodeFactory.instance.objectNode();
    ArrayNode rows = results.putArray("rows");
    rows.addObject().put("method", "other").put("base", Double.NaN).put("new", "high");
    rows.add(7);
    results.putArray("data_sets").addObject();
    results.putObject("settings").putArray("methods").addObject().putObject("unknown");

    Document page = page(results);

    assertThat(cells(page.expectFirst("table.results"), 0))
        .containsExactly("other", "–", "–", "–", "–", "–");
    assertThat(cells(page.expectFirst("table.results"), 1))
        .containsExactly("unnamed", "–", "–", "–", "–", "–");
    assertThat(page.select(".chart .length").eachAttr("width")).containsOnly("0.00%");
  }

  @Test
  void noResultsAtAllAreSaidToBeNone() throws IOException {
    Document page = page(JsonNodeFactory.instance.objectNode());

    assertThat(page.expectFirst("table.results").text()).contains("no results");
    assertThat(page.select(".chart")).isEmpty();
  }

  @Test
  void equalResultsGiveEqualBytes() throws IOException {
    ReportPage.write(results(), folder.resolve("one.html"));
    ReportPage.write(results(), folder.resolve("two.html"));

    assertThat(folder.resolve("one.html")).hasSameBinaryContentAs(folder.resolve("two.html"));
  }

  @Test
  void aFolderThatIsNotThereIsAnError() {
    Path file = folder.resolve("no").resolve("report.html");

    assertThatThrownBy(() -> ReportPage.write(results(), file))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("report.html");
  }
}
