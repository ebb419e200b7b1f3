package org.kgcoop.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.JsonPage;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.untrained.RandomClip;

/** Tests of the output and the files of a table command, with zero-shot CLIP only. */
class BaseToNewCommandTest {
  @TempDir static Path shared;

  @TempDir Path folder;

  @BeforeAll
  static void writeInput() {
    RandomClip.write(shared.resolve("clip"), RandomClip.TINY, 1);
    SampleDrawings.copyTo(shared.resolve("drawings"));
  }

  private Cli.Result table(Object... more) {
    Object[] arguments = {
      "base2new",
      "--clip",
      shared.resolve("clip"),
      "--data",
      shared.resolve("drawings"),
      "--methods",
      "clip",
      "--seeds",
      "1",
      "--shots",
      2,
      "--out",
      folder
    };
    Cli.Result result =
        Cli.run(Stream.concat(Arrays.stream(arguments), Arrays.stream(more)).toArray());
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result;
  }

  @Test
  void theReportLiesBesideTheResultsAndIsNamed() throws IOException {
    Cli.Result result = table();

    Path report = folder.resolve("report.html");
    assertThat(result.out()).endsWith("Report: " + report + System.lineSeparator());
    Document page = Jsoup.parse(Files.readString(report));
    JsonNode results = new ObjectMapper().readTree(folder.resolve("results.json").toFile());
    JsonPage.check("results.json of a table", results);
    String run = results.path("cells").path(0).path("run").asText();
    JsonPage.check(
        "results.json of a run",
        new ObjectMapper().readTree(folder.resolve(run).resolve("results.json").toFile()));
    double base =
        results
            .path("cells")
            .path(0)
            .path("results")
            .path("targets")
            .path(0)
            .path("accuracy")
            .asDouble();
    assertThat(page.expectFirst("#results td.number").text())
        .isEqualTo(String.format(Locale.ROOT, "%.2f", base));
  }

  @Test
  void namesTheViewsInTheTable() throws IOException {
    assertThat(table().out()).doesNotContain("views");
    Cli.Result fixed =
        Cli.run(
            "base2new",
            "--clip",
            shared.resolve("clip"),
            "--data",
            shared.resolve("drawings"),
            "--methods",
            "coop",
            "--seeds",
            "1",
            "--shots",
            2,
            "--epochs",
            1,
            "--augment",
            "test",
            "--feature-cache",
            "none",
            "--out",
            folder.resolve("fixed"));
    assertThat(fixed.exitCode()).as(fixed.err()).isZero();
    assertThat(fixed.out()).contains("views of training images: test (published: online");
  }

  /** Uses the published numbers of epochs, which no setting can reduce. */
  @Test
  @Tag("system")
  void publishedTrainingSeesNewViewsForThePublishedEpochs() throws IOException {
    SampleDrawings.copyTo(folder.resolve("two"), 2);
    Cli.Result result =
        Cli.run(
            "fewshot",
            "--clip",
            shared.resolve("clip"),
            "--data",
            folder.resolve("two"),
            "--methods",
            "coop,kgcoop",
            "--seeds",
            "1",
            "--shots",
            "1,2",
            "--feature-cache",
            "none",
            "--published",
            "--out",
            folder.resolve("few"));
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("views of training images: online, as published");
    JsonNode methods =
        new ObjectMapper()
            .readTree(folder.resolve("few/results.json").toFile())
            .path("settings")
            .path("methods");
    JsonNode coOp = methods.path(0);
    assertThat(coOp.path("method").path("context_tokens").asInt()).isEqualTo(16);
    assertThat(coOp.path("method").path("words").asText()).isEmpty();
    assertThat(coOp.path("training").path("epochs")).hasToString("[50,100]");
    assertThat(coOp.path("training").path("augment").asText()).isEqualTo("online");
    assertThat(coOp.path("training").path("batch_size").asInt()).isEqualTo(32);
    assertThat(methods.path(1).path("training").path("epochs").asInt()).isEqualTo(100);
  }

  @Test
  void printsOnlyResultsAsJson() throws IOException {
    Cli.Result result = table("--json");

    ObjectMapper mapper = new ObjectMapper();
    ObjectNode printed = (ObjectNode) mapper.readTree(result.out());
    assertThat(printed.remove("rows")).hasSize(1);
    assertThat(printed).isEqualTo(mapper.readTree(folder.resolve("results.json").toFile()));
    assertThat(folder.resolve("report.html")).isRegularFile();
  }
}
