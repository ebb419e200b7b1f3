package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ShellFilesTest {
  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    ShellFiles.write(folder);
  }

  @Test
  @Tag("system")
  @EnabledOnOs(OS.LINUX) // bash is always available there
  void bashCompletesCommandsAndOptions() throws IOException, InterruptedException {
    assertThat(completions("kgcoop", "pred")).containsExactly("predict");
    assertThat(completions("kgcoop", "runs", "tab")).containsExactly("table");
    assertThat(completions("kgcoop", "train", "--sho")).contains("--shots");
  }

  /**
   * Returns the completions of bash. The script replaces {@code compopt}, which fails outside of a
   * completion.
   */
  private List<String> completions(String... words) throws IOException, InterruptedException {
    String script =
        ". ./kgcoop.bash; compopt() { :; }; COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1));"
            + " _complete_kgcoop; printf '%s\\n"
            + "' ${COMPREPLY[@]}";
    List<String> command = new ArrayList<>(List.of("bash", "-c", script, "bash"));
    command.addAll(List.of(words));
    ChildProcess process =
        ChildProcess.start(
            new ProcessBuilder(command).directory(folder.toFile()),
            Files.createTempFile(folder, "bash", ".log"));
    assertThat(process.exitCode()).as(process.log()).isZero();
    return process.log().lines().toList();
  }

  @Test
  void fishKnowsCommandsOfTwoLevelsAndTheirOptions() throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve("kgcoop.fish"));
    assertThat(lines)
        .contains(
            "complete -c kgcoop -n '__fish_use_subcommand' -f -a serve -d 'Classify images over"
                + " HTTP'")
        .anyMatch(
            line ->
                line.startsWith(
                    "complete -c kgcoop -n '__fish_seen_subcommand_from train' -l shots -r -d '"))
        .anyMatch(
            line ->
                line.startsWith(
                    "complete -c kgcoop -n '__fish_seen_subcommand_from runs;"
                        + " and not __fish_seen_subcommand_from "));
    assertThat(lines)
        .filteredOn(line -> line.startsWith("complete"))
        .allMatch(line -> line.replace("\\'", "").chars().filter(c -> c == '\'').count() % 2 == 0);
  }

  @Test
  void theManPageHasTheHelpOfEveryCommandAsItIs() throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve("man/man1/kgcoop.1"));
    for (String command : Main.commandLine(() -> false).getSubcommands().keySet()) {
      assertThat(lines).contains(".SS kgcoop " + command.replace("-", "\\-"));
    }
    assertThat(lines).anyMatch(line -> line.contains("\\-\\-shots"));
    assertThat(lines)
        .filteredOn(line -> line.startsWith("."))
        .allMatch(line -> line.matches("\\.(TH|SH|SS|B|I|TP|nf|fi)\\b.*"));
  }
}
