package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.kgcoop.cli.console.Output;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Tests of errors of the JVM that are not exceptions. */
class JvmErrorsTest {
  private final StringWriter err = new StringWriter();

  @Command(name = "fails")
  private static final class Fails implements Callable<Integer> {
    private final Throwable error;

    @Mixin private Output output = new Output();

    Fails(Throwable error) {
      this.error = error;
    }

    @Override
    public Integer call() throws Exception {
      output.info("begun");
      if (error instanceof Exception exception) {
        throw exception;
      }
      throw (Error) error;
    }
  }

  private int run(Throwable error, String... words) {
    CommandLine commandLine = Main.commandLine(() -> false);
    commandLine.addSubcommand(new Fails(error));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(words);
  }

  @Test
  void reportsASmallHeapInOneLine() {
    assertThat(run(new OutOfMemoryError("Java heap space"), "fails")).isEqualTo(5);
    assertThat(err.toString().lines())
        .containsExactly(
            "begun",
            "kgcoop: out of memory: Java heap space; give it more with KGCOOP_OPTS=-Xmx8g, or less"
                + " to hold at once");
  }

  /** The JVM throws one object if it cannot make another, also for the use and for the closing. */
  @Test
  void reportsASmallHeapBehindOtherErrors() {
    OutOfMemoryError cause = new OutOfMemoryError("Java heap space");
    IllegalArgumentException closing = new IllegalArgumentException("Self-suppression", cause);
    assertThat(run(closing, "fails")).isEqualTo(5);
    assertThat(run(new ExceptionInInitializerError(cause), "fails")).isEqualTo(5);
    assertThat(err.toString().lines())
        .filteredOn(line -> !line.equals("begun"))
        .hasSize(2)
        .allMatch(line -> line.startsWith("kgcoop: out of memory: Java heap space; give it more"));
  }

  @Test
  void reportsOtherErrorsAsBugs() {
    assertThat(run(new NoClassDefFoundError("io/airlift/Lz4"), "fails")).isEqualTo(70);
    assertThat(run(new StackOverflowError(), "fails")).isEqualTo(70);
    assertThat(err.toString().lines())
        .filteredOn(line -> !line.equals("begun"))
        .containsExactly(
            "kgcoop: a bug: NoClassDefFoundError: io/airlift/Lz4; run again with --debug for the"
                + " trace, and report it",
            "kgcoop: a bug: StackOverflowError: StackOverflowError; run again with --debug for the"
                + " trace, and report it");
  }

  @Test
  void printsTheStackTraceOnDemand() {
    assertThat(run(new StackOverflowError(), "fails", "--debug")).isEqualTo(70);
    assertThat(err.toString()).contains("Caused by: java.lang.StackOverflowError");
  }
}
