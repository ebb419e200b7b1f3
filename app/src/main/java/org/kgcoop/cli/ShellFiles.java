package org.kgcoop.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kgcoop.Version;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A generator of shell completions and the man page, which the archive contains. */
final class ShellFiles {
  /** The width of a page on a terminal with 80 columns, without the indentation. */
  private static final int WIDTH = 72;

  private static final String MAN_HEAD =
      """
      .TH KGCOOP 1 "" "kgcoop %s" "User Commands"
      .SH NAME
      kgcoop \\- prompt tuning for CLIP
      .SH SYNOPSIS
      .B kgcoop
      .I COMMAND
      [options]
      .SH ENVIRONMENT
      .TP
      .B JAVA_HOME
      The folder of the Java to run on, 17 or newer; else java of the path.
      .TP
      .B KGCOOP_OPTS
      Options for the JVM, such as \\-Xmx8g.
      .TP
      .B XDG_CACHE_HOME
      The folder for what can be computed or fetched again, else ~/.cache.
      .SH FILES
      .TP
      .I ~/.javacpp
      Native libraries, unpacked once.
      .TP
      .I ~/.cache/kgcoop
      Features and unpacked data.
      .SH DESCRIPTION
      """;

  private ShellFiles() {}

  /** Writes the files into the folder of the only argument. */
  public static void main(String[] arguments) throws IOException {
    write(Path.of(arguments[0]));
  }

  static void write(Path folder) throws IOException {
    CommandLine program = Main.commandLine(() -> false);
    program.setUsageHelpAutoWidth(false).setUsageHelpWidth(WIDTH);
    Path manual = Files.createDirectories(folder.resolve("man/man1"));
    Files.writeString(folder.resolve("kgcoop.bash"), AutoComplete.bash("kgcoop", program));
    Files.writeString(folder.resolve("kgcoop.fish"), fish(program));
    Files.writeString(manual.resolve("kgcoop.1"), man(program));
  }

  private static String man(CommandLine program) {
    StringBuilder page = new StringBuilder(MAN_HEAD.formatted(Version.KGCOOP));
    appendUsage(page, program);
    page.append(".SH COMMANDS\n");
    appendCommands(page, program);
    return page.toString();
  }

  private static void appendCommands(StringBuilder page, CommandLine parent) {
    for (CommandLine command : parent.getSubcommands().values()) {
      page.append(".SS ").append(roff(command.getCommandSpec().qualifiedName())).append('\n');
      appendUsage(page, command);
      appendCommands(page, command);
    }
  }

  private static void appendUsage(StringBuilder page, CommandLine command) {
    page.append(".nf\n");
    command.getUsageMessage(Ansi.OFF).lines().forEach(line -> page.append(roff(line)).append('\n'));
    page.append(".fi\n");
  }

  /** Escapes a line for roff. */
  private static String roff(String line) {
    String plain = line.replace("\\", "\\e").replace("-", "\\-");
    return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
  }

  private static String fish(CommandLine program) {
    List<String> lines = new ArrayList<>();
    lines.add("# Completion of kgcoop for fish.");
    addFish(lines, program, "");
    return String.join("\n", lines) + "\n";
  }

  /**
   * Adds the completions of a command and of its subcommands.
   *
   * @param condition the fish condition that is true if the line begins with this command, or an
   *     empty text for the program
   */
  private static void addFish(List<String> lines, CommandLine command, String condition) {
    String names = String.join(" ", command.getSubcommands().keySet());
    String and = condition.isEmpty() ? "" : condition + "; and ";
    String none =
        condition.isEmpty()
            ? "__fish_use_subcommand"
            : and + "not __fish_seen_subcommand_from " + names;
    for (CommandLine subcommand : command.getSubcommands().values()) {
      CommandSpec spec = subcommand.getCommandSpec();
      String about = String.join(" ", spec.usageMessage().header());
      lines.add(fishLine(none) + " -f -a " + spec.name() + described(about));
      addFish(lines, subcommand, and + "__fish_seen_subcommand_from " + spec.name());
    }
    for (OptionSpec option : command.getCommandSpec().options()) {
      if (!option.hidden()) {
        lines.add(fishLine(names.isEmpty() ? condition : none) + fishOption(option));
      }
    }
  }

  private static String fishLine(String condition) {
    return "complete -c kgcoop -n " + quoted(condition);
  }

  private static String fishOption(OptionSpec option) {
    StringBuilder text = new StringBuilder();
    for (String name : option.names()) {
      text.append(name.startsWith("--") ? " -l " : " -s ").append(name.replaceFirst("^-+", ""));
    }
    if (option.arity().max() > 0) {
      List<String> candidates = new ArrayList<>();
      if (option.completionCandidates() != null) {
        option.completionCandidates().forEach(candidates::add);
      }
      text.append(candidates.isEmpty() ? " -r" : " -x -a " + quoted(String.join(" ", candidates)));
    }
    return text + described(String.join(" ", option.description()));
  }

  /** Returns the first clause of a description, because a completion has only one line. */
  private static String described(String description) {
    String clause = description.replace("%n", " ").split("[.:;(] |[.:;(]$|\\(", 2)[0].strip();
    return clause.isEmpty() ? "" : " -d " + quoted(clause.replace("%%", "%"));
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
