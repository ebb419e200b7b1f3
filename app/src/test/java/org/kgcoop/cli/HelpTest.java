package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kgcoop.cli.options.HelpLayout;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Tests of the content and the layout of the help of all commands. */
class HelpTest {
  private static final int COLUMNS = 80;

  private final CommandLine program =
      Main.commandLine(() -> false).setUsageHelpAutoWidth(false).setUsageHelpWidth(COLUMNS);

  /** Returns the program and its commands on both levels. */
  private List<CommandLine> commands() {
    List<CommandLine> commands = new ArrayList<>(List.of(program));
    for (CommandLine command : program.getSubcommands().values()) {
      commands.add(command);
      commands.addAll(command.getSubcommands().values());
    }
    return commands;
  }

  private static Stream<ArgSpec> arguments(CommandSpec command) {
    return command.args().stream()
        .filter(argument -> !(argument instanceof OptionSpec option) || !option.hidden());
  }

  private static String description(ArgSpec argument) {
    return String.join(" ", argument.description());
  }

  /** Returns all text of a command without tables and examples, which are indented. */
  private static List<String> paragraphs(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    UsageMessageSpec usage = spec.usageMessage();
    List<String> paragraphs = new ArrayList<>();
    Stream.of(usage.header(), usage.description(), usage.footer())
        .flatMap(Arrays::stream)
        .filter(paragraph -> !paragraph.isBlank() && !paragraph.startsWith(" "))
        .forEach(paragraphs::add);
    arguments(spec).map(HelpTest::description).forEach(paragraphs::add);
    return paragraphs;
  }

  @Test
  void describesEachOptionAndCommand() {
    for (CommandLine command : commands()) {
      String name = command.getCommandSpec().qualifiedName();
      assertThat(command.getCommandSpec().usageMessage().header().length > 0 || command == program)
          .as(name)
          .isTrue();
      arguments(command.getCommandSpec())
          .forEach(
              argument ->
                  assertThat(description(argument)).as("%s %s", name, argument).isNotBlank());
    }
  }

  /** Words such as .safetensors and hf:OWNER/NAME stay on one line. */
  @Test
  void breaksLinesAtBlanksWithinEightyColumns() {
    for (CommandLine command : commands()) {
      HelpLayout.describe(command, option -> true);
      String help = command.getUsageMessage(Ansi.OFF).replaceAll("\u001b\\[[\\d;]*m", "");
      assertThat(help.lines()).allMatch(line -> line.length() <= COLUMNS);
      List<String> words = List.of(help.split("\\s+"));
      for (String paragraph : paragraphs(command)) {
        assertThat(words).containsAll(List.of(paragraph.replace("%%", "%").strip().split("\\s+")));
      }
    }
  }

  @Test
  void theShortHelpSaysWhatIsRequired() {
    for (CommandLine command : commands()) {
      String help = command.getUsageMessage(Ansi.OFF);
      long required =
          arguments(command.getCommandSpec())
              .filter(argument -> description(argument).contains(" Required"))
              .count();
      assertThat(help.split("Required", -1))
          .as(command.getCommandName())
          .hasSize((int) required + 1);
    }
  }

  @Test
  void theLauncherOfWindowsKnowsThePrograms() throws IOException {
    String launcher = Files.readString(Path.of("../kgcoop.cmd"));
    for (String program : List.of("bench", "cluster")) {
      assertThat(String.join("\n", Main.commandLine(() -> false).getUsageMessage()))
          .contains("  " + program + " ");
      assertThat(launcher).contains("if \"%~1\"==\"" + program + "\"", "\"help " + program + "\"");
    }
    assertThat(Files.readString(Path.of("../dist/kgcoop.cmd"))).contains("%KGCOOP_MAIN% %*");
  }

  /** The options that it does not describe are named. */
  @Test
  void fitsOnOneScreen() {
    for (CommandLine command : commands()) {
      String help = command.getUsageMessage(Ansi.OFF).replaceAll("\u001b\\[[\\d;]*m", "");
      assertThat(help.lines()).as(command.getCommandName()).hasSizeLessThanOrEqualTo(50);
      assertThat(help.lines()).allMatch(line -> line.length() <= COLUMNS);
      List<String> words = List.of(help.split("[\\s,.=]+"));
      arguments(command.getCommandSpec())
          .filter(OptionSpec.class::isInstance)
          .forEach(option -> assertThat(words).contains(((OptionSpec) option).longestName()));
    }
  }
}
