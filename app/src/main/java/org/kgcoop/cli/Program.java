package org.kgcoop.cli;

import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.kgcoop.cli.console.CommandErrors;
import org.kgcoop.cli.console.Interrupts;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.HelpLayout;
import org.kgcoop.tensor.NativeLibraries;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The start and the end of a process: of this program, and of those in other modules. */
public final class Program {
  private Program() {}

  /**
   * Executes a command line, and ends the process with its exit code.
   *
   * @param program makes the command line, from a function that is true if work should stop
   */
  public static void run(String[] arguments, Function<BooleanSupplier, CommandLine> program) {
    int exitCode;
    try (Interrupts interrupts = new Interrupts()) {
      exitCode = program.apply(interrupts::asked).execute(arguments);
    }
    NativeLibraries.close();
    System.exit(exitCode);
  }

  /**
   * The command line of a program, with the help, the options and the errors of all programs.
   *
   * @param main the command without a subcommand
   * @param interrupted true if work should stop
   */
  public static CommandLine commandLine(Object main, BooleanSupplier interrupted) {
    CommandLine program = new CommandLine(main);
    program.setUsageHelpAutoWidth(true);
    program.setExpandAtFiles(false);
    HelpLayout.install(program);
    program.getSubcommands().values().forEach(Program::arrange);
    CommandErrors.install(program, interrupted);
    return program;
  }

  /** Options in the order of their subjects, and no synopsis of thirty of them. */
  private static void arrange(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    spec.usageMessage().sortOptions(false).abbreviateSynopsis(true);
    OptionSpec version = spec.findOption("--version"); // the program has one
    if (version != null) {
      spec.remove(version);
    }
    Output.install(spec);
    HelpLayout.install(command);
    command.getSubcommands().values().forEach(Program::arrange);
  }
}
