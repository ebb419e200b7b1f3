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

/** The start and the end of a process, shared with the programs of other modules. */
public final class Program {
  private Program() {}

  /**
   * Executes a command line, and ends the process with its exit code.
   *
   * @param interruption the message if Ctrl-C ends the process
   * @param program a function that makes the command line; its argument returns true if work should
   *     stop
   */
  public static void run(
      String[] arguments, String interruption, Function<BooleanSupplier, CommandLine> program) {
    Interrupts interrupts = new Interrupts(interruption);
    interrupts.install();
    int exitCode = interrupts.end(program.apply(interrupts::isRequested).execute(arguments));
    NativeLibraries.close();
    System.exit(exitCode);
  }

  /**
   * Makes the command line of a program, with common help, options and error handling.
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

  /** Orders options by subject, and shortens the synopsis. */
  private static void arrange(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    spec.usageMessage().sortOptions(false).abbreviateSynopsis(true);
    spec.addOption(
        OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .description("Show this help message and exit.")
            .build());
    Output.install(spec);
    HelpLayout.install(command);
    command.getSubcommands().values().forEach(Program::arrange);
  }
}
