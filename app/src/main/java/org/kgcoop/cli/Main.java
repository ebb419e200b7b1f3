package org.kgcoop.cli;

import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.Nearest;
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
      "Programs of their own, which their first call builds:",
      "  bench      Times the published algorithm, written plainly, against ours.",
      "  cluster    Does features and experiments on Apache Spark, 260 MB to fetch.",
      "",
      "Begin with:  ./kgcoop demo",
      "Help on one: ./kgcoop help train",
      "",
      "Exit codes: 0 done, 1 a check failed, 2 usage or configuration, 3 data,",
      "4 weights or prompt file, 5 input/output or memory, 70 a bug, 130 interrupted."
    },
    subcommands = {
      DemoCommand.class,
      InspectCommand.class,
      DataSetsCommand.class,
      DownloadCommand.class,
      ZeroShotCommand.class,
      HeadroomCommand.class,
      TrainCommand.class,
      EvalCommand.class,
      PredictCommand.class,
      ServeCommand.class,
      NearestCommand.class,
      ExportCommand.class,
      BaseToNewCommand.class,
      FewShotCommand.class,
      CrossCommand.class,
      DomainCommand.class,
      ReportCommand.class,
      RunsCommand.class,
      LogsCommand.class,
      PretrainCommand.class,
      VerifyCommand.class,
      CommandLine.HelpCommand.class
    })
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

  static CommandLine commandLine(BooleanSupplier interrupted) {
    CommandLine commandLine = new CommandLine(new Main(interrupted));
    commandLine.setUsageHelpAutoWidth(true);
    arrange(commandLine);
    commandLine.setExecutionStrategy(JvmErrors::execute);
    commandLine.setExpandAtFiles(false);
    commandLine.setParameterExceptionHandler(Main::usageError);
    commandLine.setExecutionExceptionHandler(
        (e, command, parsed) -> executionError(e, command, interrupted.getAsBoolean()));
    return commandLine;
  }

  /** Options in the order of their subjects, and no synopsis of thirty of them. */
  private static void arrange(CommandLine commandLine) {
    for (CommandLine subcommand : commandLine.getSubcommands().values()) {
      subcommand.getCommandSpec().usageMessage().sortOptions(false).abbreviateSynopsis(true);
      ConfigExpansion.install(subcommand);
      OptionSubjects.install(subcommand);
      arrange(subcommand);
    }
  }

  /** Whether work should stop at its next safe place. */
  boolean interrupted() {
    return interrupted.getAsBoolean();
  }

  /** The words that this command line was given. */
  List<String> command() {
    return spec.commandLine().getParseResult().originalArgs();
  }

  /** Another command line in this process, with the same streams. */
  int again(List<String> words) {
    CommandLine commandLine = commandLine(interrupted);
    commandLine.setOut(spec.commandLine().getOut());
    commandLine.setErr(spec.commandLine().getErr());
    return commandLine.execute(words.toArray(String[]::new));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "expected a command");
  }

  private static int usageError(ParameterException e, String[] arguments) {
    e.getCommandLine().getErr().println("kgcoop: " + usage(e, arguments));
    return KgCoopException.Category.CONFIGURATION.exitCode();
  }

  /** What is wrong with a command line, what may be meant, and where to read more. */
  static String usage(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    return firstLine(e).replaceFirst("\\.$", "")
        + hint(command, arguments)
        + "; see '"
        + name
        + " --help'";
  }

  private static int executionError(Exception e, CommandLine command, boolean interrupted) {
    if (e instanceof InvalidPathException path) {
      return executionError(notInThisLocale(path), command, interrupted);
    }
    PrintWriter err = command.getErr();
    boolean debug = Output.isDebug(command);
    KgCoopException.Category category =
        e instanceof KgCoopException known ? known.category() : KgCoopException.Category.BUG;
    if (category == KgCoopException.Category.BUG && interrupted) {
      // A JVM that ends takes neither hooks nor files to delete: what asks for them fails.
      err.println("kgcoop: interrupted");
    } else if (category == KgCoopException.Category.BUG) {
      String what = e instanceof KgCoopException ? "" : e.getClass().getSimpleName() + ": ";
      err.println(
          "kgcoop: a bug: "
              + what
              + firstLine(e)
              + (debug ? "" : "; run again with --debug for the trace, and report it"));
    } else {
      err.println("kgcoop: " + firstLine(e));
    }
    if (debug) {
      e.printStackTrace(err);
    }
    return category.exitCode();
  }

  /** A JVM takes the encoding of names from the locale that it was started in. */
  private static KgCoopException notInThisLocale(InvalidPathException e) {
    return new KgCoopException(
        KgCoopException.Category.CONFIGURATION,
        "%s: names of files are in %s here; start in a locale of UTF-8, such as LC_ALL=C.UTF-8"
            .formatted(e.getInput(), System.getProperty("sun.jnu.encoding")),
        e);
  }

  /** The first word that is neither an option nor a command here, and what may be meant by it. */
  private static String hint(CommandLine command, String[] arguments) {
    Set<String> options = command.getCommandSpec().optionsMap().keySet();
    Set<String> commands = command.getSubcommands().keySet();
    for (String argument : arguments) {
      String name = argument.split("=", 2)[0];
      if (argument.startsWith("--") && !options.contains(name)) {
        String hint = Nearest.hint(name, options);
        return hint.isEmpty() ? "" : "; " + name + hint;
      }
      if (!argument.startsWith("-") && !commands.isEmpty() && !commands.contains(name)) {
        return Nearest.hint(name, commands);
      }
    }
    return "";
  }

  private static String firstLine(Exception e) {
    return Messages.line(String.valueOf(e.getMessage()).lines().findFirst().orElse("no message"));
  }
}
