package org.kgcoop.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.cli.options.HelpLayout;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/**
 * The command {@code help}, which describes the program, its commands and its methods. The pages of
 * methods are generated from their declarations.
 */
@Command(
    name = "help",
    mixinStandardHelpOptions = true,
    header = "Show help on the program, a command, the settings or a method.",
    synopsisHeading = "%nUsage: ",
    helpCommand = true,
    footer = {
      "",
      "Examples:",
      "  ./kgcoop help train",
      "  ./kgcoop help train --all",
      "  ./kgcoop help settings",
      "  ./kgcoop help methods",
      "  ./kgcoop help method kgcoop"
    })
final class HelpCommand implements Runnable, CommandLine.IHelpCommandInitializable2 {
  @Parameters(
      arity = "0..2",
      paramLabel = "COMMAND | settings | methods | method NAME",
      description =
          "A command, the settings of the training, a list of methods, or one method (default: the"
              + " program).")
  private List<String> words = new ArrayList<>();

  @Option(names = "--all", description = "Describe all options of the command completely.")
  private boolean all;

  private @Nullable CommandLine self;
  private @Nullable ColorScheme colors;
  private @Nullable PrintWriter out;

  @Override
  public void init(
      CommandLine helpCommandLine, ColorScheme colorScheme, PrintWriter out, PrintWriter err) {
    self = helpCommandLine;
    colors = colorScheme;
    this.out = out;
  }

  @Override
  public void run() {
    if (self == null || colors == null || out == null) {
      throw new IllegalStateException("help is run by picocli");
    }
    CommandLine program = self.getParent();
    if (words.isEmpty()) {
      program.usage(out, colors);
    } else if (words.equals(List.of("methods"))) {
      MethodHelp.list().forEach(out::println);
    } else if (words.equals(List.of("settings"))) {
      MethodHelp.settings().forEach(out::println);
    } else if (words.get(0).equals("method") && words.size() == 2) {
      MethodHelp.page(MethodRegistry.of(words.get(1))).forEach(out::println);
    } else if (words.get(0).equals("method")) {
      throw new ParameterException(self, "help method: expected the name of a method");
    } else {
      CommandLine command = program;
      for (String word : words) {
        command = command.getSubcommands().get(word);
        if (command == null) {
          String unknown = String.join(" ", words);
          throw new ParameterException(
              program, "Unknown subcommand '" + unknown + "'.", null, unknown);
        }
      }
      if (all) {
        HelpLayout.describe(command, option -> true);
      }
      command.usage(out, colors);
    }
    out.flush();
  }
}
