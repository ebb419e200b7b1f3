package org.kgcoop.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.untrained.RandomClip;

/** Tests of the report on a trained run. */
class ReportCommandTest {
  @TempDir static Path folder;

  @BeforeAll
  static void train() {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    SampleDrawings.copyTo(folder.resolve("drawings"));
    Cli.Result trained =
        Cli.run(
            "train",
            "--clip",
            folder.resolve("clip"),
            "--data",
            folder.resolve("drawings"),
            "--out",
            folder.resolve("run"),
            "--shots",
            2,
            "--epochs",
            3,
            "--augment",
            "test");
    assertThat(trained.exitCode()).as(trained.err()).isZero();
  }

  @Test
  void theReportOfARunLiesInItsFolder() throws IOException {
    Path run = folder.resolve("run");

    Cli.Result result = Cli.run("report", run);

    Path file = run.resolve("report.html");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo("Report: " + file + System.lineSeparator());
    Document page = Jsoup.parse(Files.readString(file));
    assertThat(page.title()).contains("KgCoOp", "drawings");
    assertThat(page.select("#training figcaption").eachText()).contains("Learning rate by epoch");
    assertThat(page.expectFirst("#made").text()).contains("context tokens 4", "epochs 3");
  }

  @Test
  void writesToANamedFileAndPrintsItsPath() throws IOException {
    Path file = folder.resolve("page.html");

    Cli.Result result =
        Cli.run(
            "report",
            folder.resolve("run"),
            "--data",
            folder.resolve("drawings"),
            "--out",
            file,
            "--json");

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(new ObjectMapper().readTree(result.out()).path("report").asText())
        .isEqualTo(file.toString());
    assertThat(file).isRegularFile();
  }
}
