package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.cli.options.HelpLayout;
import org.kgcoop.docs.MarkdownPage;
import org.kgcoop.method.Method;
import org.kgcoop.serve.HttpPage;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.train.TrainingDeclaration;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Compares the committed reference pages with the pages that the program generates. With {@code
 * -Ddocs.write=true}, it writes the pages instead.
 */
class ReferencePagesTest {
  private static final Path REFERENCE = MarkdownPage.TOP.resolve("docs/reference");
  private static final String WRITE = "docs.write";
  private static final int COLUMNS = 80;

  /** The heading of options that several commands have in no group. */
  private static final String OTHERS = "Others";

  /** The lines of an option that is described at each command. */
  private static final int SHORT = 2;

  private static final String MADE =
      "<!-- Made by ReferencePagesTest: change the code, then run it with -Ddocs.write=true. -->";

  private static Stream<Arguments> pages() {
    return Stream.of(
        arguments("commands.md", commands()),
        arguments("training-settings.md", trainingSettings()),
        arguments("exit-codes.md", exitCodes()),
        arguments("http.md", http()),
        arguments("json.md", json()),
        arguments("methods.md", methods()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pages")
  void theCommittedPageIsTheOneThatTheProgramMakes(String name, List<String> lines)
      throws IOException {
    Path file = REFERENCE.resolve(name);
    if (Boolean.getBoolean(WRITE)) {
      Files.writeString(file, String.join("\n", lines) + "\n");
    }
    assertThat(Files.readAllLines(file))
        .as("%s: run this test with -D%s=true", name, WRITE)
        .isEqualTo(lines);
  }

  @Test
  void theHelpOfTheProgramNamesEveryExitCode() {
    String help = program().getUsageMessage(Ansi.OFF).replaceAll("\\s+", " ");
    for (KgCoopException.Category category : KgCoopException.Category.values()) {
      assertThat(help).containsPattern("[ ,]" + category.exitCode() + " ");
    }
  }

  private static CommandLine program() {
    return Main.commandLine(() -> false).setUsageHelpAutoWidth(false).setUsageHelpWidth(COLUMNS);
  }

  private static List<String> page(String title, String... introduction) {
    List<String> lines = new ArrayList<>(List.of("# " + title, "", MADE, ""));
    lines.addAll(List.of(introduction));
    return lines;
  }

  private static List<String> commands() {
    CommandLine program = program();
    List<CommandLine> all = new ArrayList<>();
    collect(program, all);
    Map<String, Set<String>> shared = shared(all);
    List<String> lines =
        page(
            "Commands",
            "`./kgcoop help COMMAND` prints the help of a command. If it does not fit on one screen, it",
            "describes the usual options in one sentence each. `./kgcoop help COMMAND --all` prints all",
            "of this page about the command.",
            "",
            "## Shared options",
            "",
            "Several commands have the same options. The sections of the commands refer to these groups.");
    shared.forEach(
        (heading, options) -> {
          lines.addAll(List.of("", "### " + (heading.isEmpty() ? OTHERS : heading), "", "```text"));
          options.stream().flatMap(String::lines).forEach(lines::add);
          lines.add("```");
        });
    for (CommandLine command : all) {
      Set<String> groups = new LinkedHashSet<>();
      Set<String> names = new LinkedHashSet<>(); // of the options in no group
      Set<OptionSpec> others = new HashSet<>();
      HelpLayout.groups(command.getCommandSpec())
          .forEach(
              (heading, options) -> {
                for (OptionSpec option : options) {
                  if (shared.getOrDefault(heading, Set.of()).contains(text(command, option))) {
                    others.add(option);
                    if (heading.isEmpty()) {
                      names.add("`%s`".formatted(option.longestName()));
                    } else {
                      groups.add(link(heading));
                    }
                  }
                }
              });
      HelpLayout.describe(command, option -> !others.contains(option));
      section(lines, command.getCommandSpec().qualifiedName(), help(command));
      if (!names.isEmpty()) {
        groups.add("%s (%s)".formatted(link(OTHERS), String.join(", ", names)));
      }
      if (!groups.isEmpty()) {
        lines.addAll(List.of("", "Shared options: " + String.join(", ", groups) + "."));
      }
    }
    return lines;
  }

  private static String link(String heading) {
    return "[%s](#%s)".formatted(heading, heading.toLowerCase(Locale.ROOT));
  }

  private static void collect(CommandLine command, List<CommandLine> all) {
    all.add(command);
    command.getSubcommands().values().forEach(each -> collect(each, all));
  }

  /** Returns the texts of options that several commands have, by heading. */
  private static Map<String, Set<String>> shared(List<CommandLine> commands) {
    Map<String, Set<String>> shared = new LinkedHashMap<>();
    Set<String> seen = new HashSet<>();
    for (CommandLine command : commands) {
      HelpLayout.groups(command.getCommandSpec())
          .forEach(
              (heading, options) -> {
                for (OptionSpec option : options) {
                  String text = text(command, option);
                  if (!seen.add(heading + text)
                      && (!heading.isEmpty() || text.lines().count() > SHORT)) {
                    shared.computeIfAbsent(heading, key -> new LinkedHashSet<>()).add(text);
                  }
                }
              });
    }
    shared.put("", Objects.requireNonNull(shared.remove(""))); // the last group
    return shared;
  }

  private static String text(CommandLine command, OptionSpec option) {
    return withoutColors(HelpLayout.option(command.getHelp(), option));
  }

  /**
   * Returns the help without colors. Picocli colors the labels of hidden syntax on every terminal.
   */
  private static Stream<String> help(CommandLine command) {
    return withoutColors(command.getUsageMessage(Ansi.OFF)).lines();
  }

  private static String withoutColors(String text) {
    return text.replaceAll("\u001b\\[[\\d;]*m", "");
  }

  private static void section(List<String> lines, String title, Stream<String> text) {
    lines.addAll(List.of("", "## " + title, "", "```text"));
    text.map(String::stripTrailing).dropWhile(String::isEmpty).forEach(lines::add);
    lines.add("```");
  }

  private static List<String> trainingSettings() {
    List<String> lines = written("training-settings.md");
    TrainingDeclaration.byHeading()
        .forEach(
            (heading, settings) -> {
              lines.addAll(
                  List.of(
                      "",
                      "## " + heading,
                      "",
                      "| Key | Value | Default | Meaning |",
                      "|---|---|---|---|"));
              for (Setting<?> setting : settings) {
                lines.add(
                    "| `%s` | %s | `%s` | %s |"
                        .formatted(
                            setting.key(),
                            cell(setting.typeText()),
                            setting.defaultValue().description(),
                            cell(setting.description())));
              }
            });
    return lines;
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }

  private static List<String> exitCodes() {
    List<String> lines =
        page("Exit codes", "| Code | Name | Meaning |", "|---|---|---|", "| 0 | | done |");
    for (KgCoopException.Category category : KgCoopException.Category.values()) {
      lines.add(
          "| %s | `%s` | %s |".formatted(category.exitCode(), category, cell(category.meaning())));
    }
    lines.addAll(
        List.of(
            "",
            "A missing file or folder has the code of its kind:",
            "",
            "| Missing | Code |",
            "|---|---|",
            "| images and data sets, also in `inspect` | 3 |",
            "| CLIP weights and classifiers, by their path | 4 |",
            "| what `--offline` would have to download | 5 |",
            "| lists of texts, names or paths, and the folder of `report` | 5 |",
            "| `--config`, and run folders of `runs` | 2 |"));
    return lines;
  }

  private static List<String> http() {
    List<String> lines = page("HTTP routes of serve");
    lines.addAll(HttpPage.lines());
    return lines;
  }

  private static List<String> json() {
    List<String> lines = page("Keys of JSON files");
    lines.addAll(JsonPage.lines());
    return lines;
  }

  /** Returns the first part of a page, which is written by hand, and the line after it. */
  private static List<String> written(String page) {
    try (Stream<String> all = Files.lines(REFERENCE.resolve(page))) {
      List<String> lines = new ArrayList<>(all.takeWhile(line -> !line.equals(MADE)).toList());
      lines.add(MADE);
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> methods() {
    List<String> lines = written("methods.md");
    Map<String, Setting<?>> shared = sharedSettings();
    lines.addAll(List.of("", "## Shared settings", ""));
    shared.values().forEach(setting -> lines.add(entry(setting, value(setting))));
    MethodRegistry.all().forEach(method -> method(lines, method, shared));
    return lines;
  }

  /** Returns the settings that several methods declare in the same words, by key. */
  private static Map<String, Setting<?>> sharedSettings() {
    Map<String, Setting<?>> shared = new LinkedHashMap<>();
    Map<String, Integer> methods = new HashMap<>();
    for (Declaration<Method> method : MethodRegistry.all()) {
      for (Setting<?> setting : own(method)) {
        if (methods.merge(setting.key() + setting.description(), 1, Integer::sum) == 2) {
          shared.putIfAbsent(setting.key(), setting);
        }
      }
    }
    return shared;
  }

  private static List<Setting<?>> own(Declaration<Method> method) {
    return method.settings().stream().filter(s -> method.keys().contains(s.key())).toList();
  }

  private static void method(
      List<String> lines, Declaration<Method> method, Map<String, Setting<?>> shared) {
    lines.addAll(List.of("", "## " + method.id(), "", method.sentence(), "", "```text"));
    lines.addAll(List.of(method.formula().split("; ")));
    lines.addAll(List.of("```", ""));
    method
        .withDefaults()
        .trained()
        .ifPresent(trained -> lines.add("- Training: " + MethodHelp.training(trained)));
    List<String> own = new ArrayList<>();
    List<String> same = new ArrayList<>();
    for (Setting<?> setting : own(method)) {
      Setting<?> other = shared.get(setting.key());
      String description = setting.defaultValue().description();
      String value = description.isEmpty() ? "empty" : description;
      if (other != null && other.description().equals(setting.description())) {
        same.add("`%s` (%s)".formatted(setting.key(), value));
      } else {
        own.add(entry(setting, value(setting) + "; default " + value));
      }
    }
    if (!same.isEmpty()) {
      lines.add("- Shared settings with defaults: " + String.join(", ", same));
    }
    lines.addAll(own);
  }

  private static String entry(Setting<?> setting, String value) {
    return "- `%s` (%s): %s".formatted(setting.key(), value, setting.description());
  }

  private static String value(Setting<?> setting) {
    return setting.typeText() + (setting.range().isEmpty() ? "" : ", " + setting.range());
  }
}
