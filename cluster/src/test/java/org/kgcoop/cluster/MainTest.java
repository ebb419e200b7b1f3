package org.kgcoop.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... words) {
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(words);
  }

  @Test
  void helpListsTheCommands() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("features").contains("merge");
  }

  @Test
  void whatIsMissingOrUnknownIsOneLine() {
    assertThat(run()).isEqualTo(2);
    assertThat(run("features", "images")).isEqualTo(2);
    assertThat(run("features", "images", "--feature-cache", "bank", "--master", "somewhere"))
        .isEqualTo(2);
    assertThat(run("features", "images", "--feature-cache", "bank", "--precision", "int8"))
        .isEqualTo(2);
    assertThat(run("merge", "/no/such/bank")).isEqualTo(5);
    assertThat(err.toString().lines()).hasSize(5).allMatch(line -> line.startsWith("kgcoop: "));
  }
}
