package org.kgcoop.cli.console;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.Nearest;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.config.ReferenceConfig;
import org.kgcoop.train.TrainingDeclaration;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The errors of a command line. Each error prints one line to standard error and sets an exit code.
 */
public final class CommandErrors {
  private CommandErrors() {}

  /**
   * Installs the error handling for a program and its commands.
   *
   * @param interrupted asked before an error is printed, because it does not return if an
   *     interruption ends the process
   */
  public static void install(CommandLine program, BooleanSupplier interrupted) {
    program.setOut(StandardOutput.ofProcess());
    program.setExecutionStrategy(CommandErrors::execute);
    program.setParameterExceptionHandler(CommandErrors::usageError);
    program.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          boolean unused = interrupted.getAsBoolean();
          return executionError(e, command);
        });
  }

  /**
   * Runs the command of a command line. In contrast to picocli, it also handles an {@link Error}
   * and results that could not be printed.
   */
  private static int execute(ParseResult parsed) {
    List<CommandLine> commands = parsed.asCommandLineList();
    CommandLine command = commands.get(commands.size() - 1);
    int exitCode;
    try {
      exitCode = new CommandLine.RunLast().execute(parsed);
    } catch (Error e) {
      throw failed(command, known(e));
    }
    Optional<IOException> lost =
        command.getOut() instanceof StandardOutput out ? out.failure() : Optional.empty();
    if (lost.isPresent()) {
      String message = "standard output: results are lost: %s; give it room, or write to a file";
      String reason = Messages.reason(lost.get());
      throw failed(command, KgCoopException.io(message.formatted(reason), lost.get()));
    }
    return exitCode;
  }

  private static CommandLine.ExecutionException failed(CommandLine command, KgCoopException e) {
    return new CommandLine.ExecutionException(command, String.valueOf(e.getMessage()), e);
  }

  /**
   * Converts a failure to an error of a category. A full heap can be the cause of another failure:
   * if closing a resource fails with the same error as its use, Java throws an {@link
   * IllegalArgumentException}. The JVM sets the encoding of file names at startup.
   */
  private static KgCoopException known(Throwable failure) {
    if (failure instanceof KgCoopException known) {
      return known;
    }
    if (failure instanceof InvalidPathException path) {
      return new KgCoopException(
          KgCoopException.Category.CONFIGURATION,
          "%s: %s".formatted(path.getInput(), invalidPath(path)),
          failure);
    }
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof OutOfMemoryError) {
        return KgCoopException.io(
            "out of memory: %s; give it more with KGCOOP_OPTS=-Xmx8g, or less to hold at once"
                .formatted(Messages.firstLine(e.getMessage(), e)),
            failure);
      }
    }
    String reason = Messages.firstLine(failure.getMessage(), failure);
    return new KgCoopException(
        KgCoopException.Category.BUG, failure.getClass().getSimpleName() + ": " + reason, failure);
  }

  /** Returns why a path is invalid. The encoding of the locale is a reason only if it lacks it. */
  private static String invalidPath(InvalidPathException path) {
    String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
    return Charset.forName(encoding).newEncoder().canEncode(path.getInput())
        ? "not a valid path here: " + path.getReason() + "; expected another name"
        : "names of files are in %s here; start in a locale of UTF-8, such as LC_ALL=C.UTF-8"
            .formatted(encoding);
  }

  private static int usageError(ParameterException e, String[] arguments) {
    e.getCommandLine().getErr().println("kgcoop: " + usage(e, arguments));
    return KgCoopException.Category.CONFIGURATION.exitCode();
  }

  /** Converts a usage error to an exception, for arguments that are parsed but not executed. */
  public static KgCoopException wrongWords(ParameterException e, String[] arguments) {
    return new KgCoopException(KgCoopException.Category.CONFIGURATION, usage(e, arguments), e);
  }

  /** Describes a usage error, suggests a similar name, and refers to the help. */
  private static String usage(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    String what = what(e);
    return what + hint(command, arguments, what) + "; see '" + name(command) + " --help'";
  }

  private static String name(CommandLine command) {
    return command.getCommandSpec().qualifiedName();
  }

  /** Describes a usage error in terms of the user instead of the parser. */
  private static String what(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched) {
      String first = Messages.line(unmatched.getUnmatched().get(0));
      return unmatched.isUnknownOption()
          ? "no option of " + name(e.getCommandLine()) + ": " + first
          : e.getCommandLine().getSubcommands().isEmpty()
              ? "unexpected argument '" + first + "'" + publishedHint(e.getCommandLine(), first)
              : "there is no command '" + first + "'";
    }
    return firstLine(e)
        .replaceFirst("\\.$", "")
        .replaceFirst(" is not an? (int|long)$", " is not an integer")
        .replaceFirst(" is not a (double|float)$", " is not a number");
  }

  /** Names the option for a key of the published code, which needs no option there. */
  private static String publishedHint(CommandLine command, String word) {
    String option =
        command.getCommandSpec().findOption("--config") == null
            ? ""
            : ReferenceConfig.optionFor(word);
    return option.isEmpty() ? "" : ", a key of the published code: use " + option;
  }

  private static int executionError(Exception failure, CommandLine command) {
    KgCoopException e = known(failure);
    boolean isBug = e.category() == KgCoopException.Category.BUG;
    OptionSpec option = command.getCommandSpec().findOption("--debug");
    boolean debug = option == null ? isBug : Boolean.TRUE.equals(option.getValue());
    String advice = isBug && !debug ? "; run again with --debug for the trace, and report it" : "";
    PrintWriter err = command.getErr();
    err.println("kgcoop: " + (isBug ? "a bug: " : "") + firstLine(e) + advice);
    if (debug) {
      failure.printStackTrace(err);
    }
    return e.category().exitCode();
  }

  /**
   * Suggests a correction for the first argument that is neither an option nor a command.
   *
   * @param message the message so far, which may already contain the argument
   */
  private static String hint(CommandLine command, String[] arguments, String message) {
    Set<String> options = command.getCommandSpec().optionsMap().keySet();
    Set<String> commands = command.getSubcommands().keySet();
    for (String argument : arguments) {
      String name = argument.split("=", 2)[0];
      if (argument.startsWith("--") && !options.contains(name)) {
        String key = name.substring(2).replace('-', '_');
        if (options.contains("--config") && isSetting(key)) {
          String subject = message.contains(name) ? "it" : name;
          return "; " + subject + " is a setting: use --set " + key + "=VALUE";
        }
        String hint = Nearest.hint(name, options);
        return hint.isEmpty() || message.contains(name) ? hint : "; " + name + hint;
      }
      if (!argument.startsWith("-") && !commands.isEmpty() && !commands.contains(name)) {
        return Nearest.hint(name, commands);
      }
    }
    return "";
  }

  private static boolean isSetting(String key) {
    return TrainingDeclaration.keys().contains(key)
        || MethodRegistry.ids().stream().anyMatch(id -> MethodRegistry.keys(id).contains(key));
  }

  private static String firstLine(Exception e) {
    return Messages.line(String.valueOf(e.getMessage()).lines().findFirst().orElse("no message"));
  }
}
