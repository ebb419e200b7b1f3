package org.kgcoop.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.Cli;

class LogsCommandTest {
  @TempDir Path folder;

  private void log(String seed, String accuracy) throws IOException {
    Path file = folder.resolve(seed).resolve("log.txt");
    Files.createDirectories(folder.resolve(seed));
    Files.write(file, List.of("Finish training", "* accuracy: " + accuracy + "%"));
  }

  @Test
  void meanDeviationAndIntervalOverSeedsArePrinted() throws IOException {
    log("seed1", "80.0");
    log("seed2", "84.0");
    Cli.Result result = Cli.run("logs", folder);
    assertThat(result.exitCode()).as(result.err()).isZero();
    // The mean is 82, the deviation is 2, and 1.96 * 2 / sqrt(2) = 2.77.
    assertThat(result.out().lines().toList())
        .anyMatch(
            line -> line.matches("\\s*\\.\\s+accuracy\\s+2\\s+82\\.00\\s+2\\.00\\s+± 2\\.77\\s*"));
    assertThat(Cli.run("logs", folder, "--json").out()).contains("\"interval95\" : 2.77");
  }

  @Test
  void aFolderWithoutLogsIsRefused() {
    Cli.Result result = Cli.run("logs", folder);
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.errorLine()).contains("contains no log.txt with a final result");
  }
}
