package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LoadAheadTest {
  /** Commands that accept a CLIP but do not always compute: some uses read only names or files. */
  private static final Set<String> MAY_COMPUTE = Set.of("export");

  @TempDir Path folder;

  @Test
  void commandsThatTakeAClipLoadTheNativeLibrariesAhead() {
    Set<String> withClip = new TreeSet<>();
    Main.commandLine(() -> false)
        .getSubcommands()
        .forEach(
            (name, command) -> {
              if (command.getCommandSpec().findOption("--clip") != null) {
                withClip.add(name);
              }
            });
    withClip.removeAll(MAY_COMPUTE);
    withClip.add("demo"); // it always uses the embedded CLIP
    assertThat(withClip)
        .as("commands with --clip: add a new one to COMPUTING of Main, or to MAY_COMPUTE")
        .isEqualTo(new TreeSet<>(Main.COMPUTING));
  }

  @Test
  void helpAndListsLoadNothingAhead() {
    assertThat(Main.computes(List.of("predict", "a.png", "--classes", "cat,dog"))).isTrue();
    for (String line :
        List.of(
            "predict --help", "train --data x -h", "help train", "download --list", "--version")) {
      assertThat(Main.computes(List.of(line.split(" ", -1)))).as(line).isFalse();
    }
    assertThat(Main.computes(List.of())).isFalse();
  }

  /** The process must wait for libraries that are still loading before it ends. */
  @Test
  @Tag("system")
  void aWrongLineEndsAsItDoesWithoutLoading() throws IOException, InterruptedException {
    ChildProcess process =
        ChildProcess.start(folder.resolve("log"), "predict", "a.png", "--nonsense");
    assertThat(process.exitCode()).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(process.log().lines()).singleElement().asString().contains("--nonsense");
  }

  @RepeatedTest(10)
  @Tag("system")
  @Tag("nightly")
  void eachOfManyWrongLinesDoes() throws IOException, InterruptedException {
    aWrongLineEndsAsItDoesWithoutLoading();
  }
}
