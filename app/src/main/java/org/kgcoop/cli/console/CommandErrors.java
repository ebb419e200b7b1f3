package org.kgcoop.cli.console;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.util.Locale;
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
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
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
    CommandLine command = last(parsed);
    int exitCode;
    try {
      exitCode = new CommandLine.RunLast().execute(parsed);
    } catch (Error e) {
      throw failed(command, reported(e));
    }
    lost(command.getOut())
        .ifPresent(
            reason -> {
              throw failed(
                  command,
                  KgCoopException.io(
                      "standard output: results are lost: %s; give it room, or write to a file"
                          .formatted(Messages.reason(reason)),
                      reason));
            });
    return exitCode;
  }

  private static CommandLine last(ParseResult parsed) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    return last.commandSpec().commandLine();
  }

  private static CommandLine.ExecutionException failed(CommandLine command, KgCoopException e) {
    return new CommandLine.ExecutionException(command, String.valueOf(e.getMessage()), e);
  }

  /**
   * Returns the reason why results were lost. A closed pipe, as with {@code head}, loses nothing
   * that the reader wanted.
   */
  private static Optional<IOException> lost(PrintWriter out) {
    return out instanceof StandardOutput standard
        ? standard.failure().filter(e -> !isClosedPipe(e))
        : Optional.empty();
  }

  private static boolean isClosedPipe(IOException e) {
    return Messages.reason(e).toLowerCase(Locale.ROOT).contains("pipe");
  }

  /** Converts an error of the JVM, such as a full heap, to a message of one line. */
  private static KgCoopException reported(Error e) {
    Optional<OutOfMemoryError> memory = outOfMemory(e);
    if (memory.isPresent()) {
      return KgCoopException.io(
          "out of memory: "
              + Messages.firstLine(memory.get().getMessage(), memory.get())
              + "; give it more with KGCOOP_OPTS=-Xmx8g, or less to hold at once",
          e);
    }
    String reason = Messages.firstLine(e.getMessage(), e);
    return new KgCoopException(
        KgCoopException.Category.BUG, e.getClass().getSimpleName() + ": " + reason, e);
  }

  /**
   * Returns the first error of this kind among a failure and its causes. For example, if closing a
   * resource fails with the same error as its use, Java throws an {@link IllegalArgumentException}.
   */
  private static Optional<OutOfMemoryError> outOfMemory(Throwable failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof OutOfMemoryError memory) {
        return Optional.of(memory);
      }
    }
    return Optional.empty();
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
    if (e instanceof MissingParameterException missing
        && missing.getMissing().get(0) instanceof PositionalParamSpec words
        && words.arity().min() > 1) {
      return "expected %s: at least %s".formatted(words.paramLabel(), words.arity().min());
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

  private static int executionError(Exception e, CommandLine command) {
    if (e instanceof InvalidPathException path) {
      return executionError(notInThisLocale(path), command);
    }
    Optional<OutOfMemoryError> memory = outOfMemory(e);
    if (memory.isPresent() && !(e instanceof KgCoopException)) {
      return executionError(reported(memory.get()), command);
    }
    PrintWriter err = command.getErr();
    KgCoopException.Category category =
        e instanceof KgCoopException known ? known.category() : KgCoopException.Category.BUG;
    OptionSpec option = command.getCommandSpec().findOption("--debug");
    boolean debug =
        option == null
            ? category == KgCoopException.Category.BUG
            : Boolean.TRUE.equals(option.getValue());
    if (category == KgCoopException.Category.BUG) {
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

  /**
   * Explains a path that the locale cannot encode. The JVM sets the encoding of file names at
   * startup.
   */
  private static KgCoopException notInThisLocale(InvalidPathException e) {
    return new KgCoopException(
        KgCoopException.Category.CONFIGURATION,
        "%s: names of files are in %s here; start in a locale of UTF-8, such as LC_ALL=C.UTF-8"
            .formatted(e.getInput(), System.getProperty("sun.jnu.encoding")),
        e);
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
