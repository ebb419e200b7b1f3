package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.docs.MarkdownPage;
import picocli.CommandLine;

/** Parses the command lines of the documents without running them. */
class DocumentedCommandsTest {
  /** Programs of other modules, which parse their own arguments. */
  private static final Set<String> OTHER_PROGRAMS = Set.of("bench", "cluster");

  /** A file of the published code that is complete enough for the parser. */
  private static final String PUBLISHED = "OPTIM:\n  LR: 0.002\n";

  @TempDir static Path folder;

  private static Path own;
  private static Path published;

  /**
   * The program, which takes longer to build than to parse a line. A parse forgets the last one.
   */
  private static CommandLine program;

  private static List<MarkdownPage.Call> calls() throws IOException {
    return MarkdownPage.all().stream().flatMap(page -> page.calls().stream()).toList();
  }

  @BeforeAll
  static void writeSettingsFiles() throws IOException {
    program = Main.commandLine(() -> false);
    own = Files.writeString(folder.resolve("kgcoop.yaml"), block("yaml"));
    published = Files.writeString(folder.resolve("published.yaml"), PUBLISHED);
  }

  /** Returns the first code block in a language from the page on settings files. */
  static String block(String language) throws IOException {
    List<String> lines = MarkdownPage.read(Path.of("docs/reference/training-settings.md")).lines();
    int start = lines.indexOf("```" + language) + 1;
    assertThat(start).isPositive();
    return lines.subList(start, lines.size()).stream()
        .takeWhile(line -> !line.equals("```"))
        .collect(Collectors.joining("\n"));
  }

  @ParameterizedTest
  @MethodSource("calls")
  void passesTheParser(MarkdownPage.Call call) {
    if (!OTHER_PROGRAMS.contains(call.words().get(0))) {
      program.parseArgs(withSettingsFiles(call.words()).toArray(String[]::new));
    } else {
      assertThat(String.join(" ", program.getCommandSpec().usageMessage().footer()))
          .contains("  " + call.words().get(0) + " ");
    }
  }

  /** Replaces the settings files in the arguments with files that exist. */
  private List<String> withSettingsFiles(List<String> words) {
    List<String> existing = new ArrayList<>(words);
    for (int i = 1; i < existing.size(); i++) {
      if (existing.get(i - 1).equals("--config")) {
        boolean theirs = existing.get(i).startsWith("configs/");
        existing.set(i, (theirs ? published : own).toString());
      }
    }
    return existing;
  }

  @Test
  void everyCommandIsShownSomewhereInTheDocuments() throws IOException {
    Set<String> shown =
        calls().stream()
            .map(call -> call.words().get(0))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(shown).containsAll(program.getSubcommands().keySet());
  }
}
