package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.bank.BankMerge;

/** Runs, a table and a bank of version 0.1.0, in {@code resources/golden}. */
class GoldenFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @BeforeEach
  void copy() throws IOException, URISyntaxException {
    Path golden =
        Path.of(Objects.requireNonNull(getClass().getResource("/golden/README.md")).toURI())
            .resolveSibling("");
    try (Stream<Path> files = Files.walk(golden)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = folder.resolve(golden.relativize(file).toString());
        Files.createDirectories(copy.resolveSibling(""));
        Files.copy(file, copy);
      }
    }
  }

  private Cli.Result kgcoop(String line) {
    String there = folder.toString();
    Cli.Result result = Cli.run((Object[]) line.replace("HERE", there).split(" "));
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result;
  }

  private JsonNode json(String line) throws IOException {
    return JSON.readTree(kgcoop(line + " --json").out());
  }

  private JsonNode file(String name) throws IOException {
    return JSON.readTree(folder.resolve(name).toFile());
  }

  private static List<String> texts(JsonNode array, String field) {
    List<String> texts = new ArrayList<>();
    array.forEach(element -> texts.add(element.path(field).asText()));
    return texts;
  }

  @Test
  void runsAreListed() throws IOException {
    JsonNode runs = json("runs --runs HERE").path("runs");

    assertThat(texts(runs, "run"))
        .containsExactly(
            "run",
            "table/shapes/clip/seed1",
            "table/shapes/clip/seed2",
            "table/shapes/coop/seed1",
            "table/shapes/coop/seed2",
            "table/shapes/kgcoop/seed1",
            "table/shapes/kgcoop/seed2");
    assertThat(texts(runs, "protocol").subList(0, 2)).containsExactly("train", "base2new");
    assertThat(texts(runs, "state")).containsOnly("complete");
    JsonNode last = runs.path(6);
    assertThat(last.path("method").asText()).isEqualTo("kgcoop");
    assertThat(last.path("seed").asInt()).isEqualTo(2);
    assertThat(last.path("shots").asInt()).isEqualTo(2);
    assertThat(last.path("targets").path(1).path("correct").asInt()).isEqualTo(4);
    assertThat(last.path("targets").path(1).path("total").asInt()).isEqualTo(6);
    // 2 x 100 x 66.7 / 166.7
    assertThat(last.path("h").asDouble()).isCloseTo(80, within(1e-9));
    assertThat(last.path("ms_per_image").asDouble()).isPositive();
    assertThat(runs.path(1).path("ms_per_image").isNull()).isTrue();
    assertThat(json("runs --runs HERE --set weight=8 --seed 1").path("runs")).hasSize(2);
  }

  @Test
  void runsAreTabulatedWithIntervalsAndCompared() throws IOException {
    JsonNode table = json("runs table HERE/table --runs HERE");

    assertThat(texts(table.path("rows"), "row")).containsExactly("CLIP", "CoOp", "KgCoOp");
    JsonNode h = table.path("rows").path(2).path("figures").path("H");
    assertThat(h.path("mean").asDouble()).isCloseTo(90.9091, within(1e-4));
    assertThat(h.path("interval_95")).hasSize(2);
    JsonNode base = table.path("differences").path(0);
    assertThat(base.path("difference").asDouble()).isEqualTo(50);
    assertThat(base.path("stands").asBoolean()).isTrue();
    assertThat(kgcoop("runs compare HERE/run HERE/table/shapes/coop/seed2 --runs HERE").out())
        .contains("method.method: kgcoop | coop", "91.67");
    assertThat(kgcoop("runs show HERE/run --runs HERE").out())
        .contains("test (shapes, all classes): 91.67 %, 11 of 12", "vector 2: ", "in /home/user");
  }

  @Test
  void aReportShowsRunAndTable() throws IOException {
    kgcoop("report HERE/run HERE/table --data HERE/shapes --out HERE/report.html");

    Document page = Jsoup.parse(folder.resolve("report.html").toFile());
    assertThat(page.select("main > section").eachAttr("id"))
        .containsExactly(
            "results", "runs", "distance", "training", "mistakes", "words", "made", "notes");
    assertThat(page.expectFirst("#results table").select("tbody tr").eachText())
        .element(1)
        .asString()
        .contains("CoOp", "100.00 ± 0.00", "83.33 ± 16.67", "90.91");
    assertThat(page.select("#mistakes .gallery figcaption").eachText())
        .anyMatch(caption -> caption.contains("circle, taken for square (52"));
    assertThat(page.select("#mistakes figcaption").eachText())
        .anyMatch(caption -> caption.contains("expected calibration error: test 13.24"));
  }

  @Test
  void aPromptPredictsAndIsMeasured() throws IOException {
    assertThat(
            kgcoop(
                    "predict HERE/run/prompt.safetensors --clip embedded HERE/shapes/test/cross/0.png")
                .out())
        .contains("cross\t0.99");
    assertThat(kgcoop("predict HERE/run --clip embedded HERE/shapes/test/cross/0.png").out())
        .contains("cross\t0.99");
    assertThat(json("inspect HERE/run").path("method").asText()).isEqualTo("KgCoOp");
    assertThat(
            json("eval HERE/run/prompt.safetensors --data HERE/shapes --bank none --quiet")
                .path("correct")
                .asInt())
        .isEqualTo(11);
  }

  @Test
  void aFinishedTableIsNotMadeAgain() throws IOException {
    JsonNode before = file("table/results.json");
    String line =
        "base2new --clip embedded --shots 2 --set context_tokens=2 --augment test --threads 1"
            + " --epochs 2 --methods clip,coop,kgcoop --seeds 1,2 --data HERE/shapes --bank none"
            + " --out HERE/table";

    Cli.Result again = kgcoop(line);

    assertThat(again.err().lines().filter(l -> l.endsWith("done before"))).hasSize(6);
    JsonNode after = file("table/results.json");
    for (String part : List.of("rows", "data_sets", "cells", "settings", "computation")) {
      assertThat(after.path(part)).as(part).isEqualTo(before.path(part));
    }
    assertThat(folder.resolve("table/report.html")).isRegularFile();
  }

  @Test
  void aRunIsMeasuredOnWhatItLacksAndKeepsTheRest() throws IOException {
    JsonNode before = file("run/results.json");
    for (int i = 0; i < 3; i++) { // other test images, the same training images
      Files.delete(folder.resolve("shapes/test/cross/" + i + ".png"));
      Files.copy(
          folder.resolve("shapes/test/square/" + i + ".png"),
          folder.resolve("shapes/test/cross/" + i + ".png"));
    }

    kgcoop(
        "train --clip embedded --shots 2 --set context_tokens=2 --augment test --threads 1 --quiet"
            + " --epochs 2 --data HERE/shapes --bank none --out HERE/run");

    JsonNode after = file("run/results.json");
    assertThat(after.path("training")).isEqualTo(before.path("training"));
    assertThat(after.path("nearest_words")).isEqualTo(before.path("nearest_words"));
    assertThat(after.path("targets")).hasSize(1);
    assertThat(after.path("targets").path(0).path("correct").asInt()).isLessThan(11);
  }

  /** A run as if it had been stopped before its first checkpoint. */
  @Test
  void aRunThatWasBegunGoesOnAndIsReported() throws IOException {
    Path record = folder.resolve("run/run.json");
    Files.writeString(record, Files.readString(record).replace("\"complete\"", "\"running\""));
    Files.delete(folder.resolve("run/results.json"));

    kgcoop(
        "train --clip embedded --shots 2 --set context_tokens=2 --augment test --threads 1 --quiet"
            + " --epochs 2 --data HERE/shapes --bank none --out HERE/run");

    assertThat(file("run/results.json").path("targets").path(0).path("total").asInt())
        .isEqualTo(12);
    kgcoop("report HERE/run --data HERE/shapes --out HERE/begun.html");
    assertThat(folder.resolve("begun.html")).isNotEmptyFile();
  }

  @Test
  void theBankIsReadAndMerged() {
    List<String> warnings = new ArrayList<>();

    // 8 training and 12 test images
    assertThat(BankMerge.merge(folder.resolve("bank"), warnings::add)).isEqualTo(20);
    assertThat(warnings).isEmpty();
  }
}
