package org.kgcoop.cluster;

import java.util.function.BooleanSupplier;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.Version;
import org.kgcoop.cli.Interrupts;
import org.kgcoop.cli.JvmErrors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where the program starts: from the launcher, or from {@code spark-submit}. */
@Command(
    name = "kgcoop cluster",
    mixinStandardHelpOptions = true,
    version = "kgcoop " + Version.KGCOOP,
    synopsisSubcommandLabel = "COMMAND",
    description = {"What one machine is too small for, on Apache Spark.", ""},
    subcommands = {FeaturesCommand.class, MergeCommand.class, ExperimentsCommand.class})
public final class Main implements Runnable {
  private final BooleanSupplier interrupted;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets spec before anything is called
  Main(BooleanSupplier interrupted) {
    this.interrupted = interrupted;
  }

  public static void main(String[] arguments) {
    int exitCode;
    try (Interrupts interrupts = new Interrupts()) {
      exitCode = commandLine(interrupts::asked).execute(arguments);
    }
    System.exit(exitCode);
  }

  static CommandLine commandLine() {
    return commandLine(() -> false);
  }

  private static CommandLine commandLine(BooleanSupplier interrupted) {
    CommandLine commandLine = new CommandLine(new Main(interrupted));
    commandLine.setUsageHelpAutoWidth(true);
    commandLine.setExecutionStrategy(JvmErrors::execute);
    commandLine.setExpandAtFiles(false);
    for (CommandLine subcommand : commandLine.getSubcommands().values()) {
      subcommand.getCommandSpec().usageMessage().sortOptions(false).abbreviateSynopsis(true);
      // What follows the name of a protocol is the protocol's.
      subcommand.setStopAtPositional(subcommand.getCommand() instanceof ExperimentsCommand);
    }
    commandLine.setParameterExceptionHandler(Main::usageError);
    commandLine.setExecutionExceptionHandler((e, command, parsed) -> executionError(e, command));
    return commandLine;
  }

  /** Whether work should stop. */
  boolean interrupted() {
    return interrupted.getAsBoolean();
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "expected a command");
  }

  private static int usageError(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    command
        .getErr()
        .println(
            "kgcoop: "
                + firstLine(e)
                + "; see '"
                + command.getCommandSpec().qualifiedName()
                + " --help'");
    return KgCoopException.Category.CONFIGURATION.exitCode();
  }

  private static int executionError(Exception e, CommandLine command) {
    boolean debug = SparkOptions.isDebug(command);
    KgCoopException.Category category =
        e instanceof KgCoopException known ? known.category() : KgCoopException.Category.BUG;
    if (category == KgCoopException.Category.BUG) {
      command
          .getErr()
          .println(
              "kgcoop: a bug: "
                  + (e instanceof KgCoopException ? "" : e.getClass().getSimpleName() + ": ")
                  + firstLine(e)
                  + (debug ? "" : "; run again with --debug for the trace, and report it"));
    } else {
      command.getErr().println("kgcoop: " + firstLine(e));
    }
    if (debug) {
      e.printStackTrace(command.getErr());
    }
    return category.exitCode();
  }

  private static String firstLine(Exception e) {
    return Messages.line(String.valueOf(e.getMessage()).lines().findFirst().orElse("no message"));
  }
}
