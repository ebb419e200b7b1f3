package org.kgcoop.cli.console;

import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Errors of the JVM itself, such as a heap that is too small: told in one line as all others. */
public final class JvmErrors {
  private JvmErrors() {}

  /** Runs the command of a command line; picocli by itself lets an {@link Error} pass. */
  public static int execute(ParseResult parsed) {
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (Error e) {
      ParseResult last = parsed;
      while (last.hasSubcommand()) {
        last = last.subcommand();
      }
      KgCoopException told = told(e);
      throw new CommandLine.ExecutionException(
          last.commandSpec().commandLine(), String.valueOf(told.getMessage()), told);
    }
  }

  private static KgCoopException told(Error e) {
    String reason = Messages.firstLine(e.getMessage(), e);
    if (e instanceof OutOfMemoryError) {
      return KgCoopException.io(
          "out of memory: "
              + reason
              + "; give it more with KGCOOP_OPTS=-Xmx8g, or less to hold at once",
          e);
    }
    return new KgCoopException(
        KgCoopException.Category.BUG, e.getClass().getSimpleName() + ": " + reason, e);
  }
}
