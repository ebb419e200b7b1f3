package org.kgcoop.cli;

import java.io.PrintWriter;
import org.kgcoop.KgCoopException;
import org.kgcoop.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where the program starts. */
@Command(
    name = "kgcoop",
    mixinStandardHelpOptions = true,
    version = "kgcoop " + Version.KGCOOP,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Prompt tuning for CLIP: learn the words around a class name from a few pictures.",
      ""
    },
    footer = {
      "",
      "Begin with:  ./kgcoop demo",
      "Help on one: ./kgcoop help train",
      "",
      "Exit codes: 0 done, 1 a check failed, 2 usage or configuration, 3 data,",
      "4 weights or prompt file, 5 input/output, 70 a bug, 130 interrupted."
    },
    subcommands = {VerifyCommand.class, CommandLine.HelpCommand.class})
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  /** For picocli, which fills the fields. */
  @SuppressWarnings("NullAway.Init") // picocli sets spec before anything is called
  Main() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Runs a command line; returns its exit code. */
  static int run(String... arguments) {
    return commandLine().execute(arguments);
  }

  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Main());
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setUsageHelpAutoWidth(true);
    commandLine.setParameterExceptionHandler(Main::usageError);
    commandLine.setExecutionExceptionHandler(Main::executionError);
    return commandLine;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "expected a command");
  }

  private static int usageError(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    err.println("kgcoop: " + firstLine(e) + "; see '" + name + " --help'");
    CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
    return KgCoopException.Category.CONFIGURATION.exitCode();
  }

  private static int executionError(
      Exception e, CommandLine command, CommandLine.ParseResult parsed) {
    PrintWriter err = command.getErr();
    boolean debug = Output.isDebug(command);
    if (e instanceof KgCoopException known) {
      err.println("kgcoop: " + firstLine(e));
      if (debug) {
        e.printStackTrace(err);
      }
      return known.category().exitCode();
    }
    err.println(
        "kgcoop: a bug: "
            + e.getClass().getSimpleName()
            + ": "
            + firstLine(e)
            + (debug ? "" : "; run again with --debug for the trace, and report it"));
    if (debug) {
      e.printStackTrace(err);
    }
    return KgCoopException.Category.BUG.exitCode();
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("no message");
  }
}
