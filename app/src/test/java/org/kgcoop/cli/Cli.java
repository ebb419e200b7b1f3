package org.kgcoop.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;

/** Runs a command line in this process and captures its output. */
public final class Cli {

  /** The exit code and the output of a command. */
  public record Result(int exitCode, String out, String err) {
    /** Returns the error message without warnings. */
    public String errorLine() {
      return err.lines().filter(l -> l.startsWith("kgcoop:")).reduce("", (a, b) -> a + b);
    }
  }

  private Cli() {}

  public static Result run(Object... arguments) {
    return run(() -> false, arguments);
  }

  /** Runs a command line that is interrupted as soon as a condition is true. */
  public static Result run(BooleanSupplier interrupted, Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    CommandLine commandLine = Main.commandLine(interrupted);
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    int exitCode = commandLine.execute(texts);
    return new Result(exitCode, out.toString(), err.toString());
  }
}
