package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.console.StandardOutput;
import org.kgcoop.clip.untrained.RandomClip;
import picocli.CommandLine;

/** Tests that no command reports success if it cannot print its results. */
class FullOutputTest {
  private static final int IO = 5;

  @TempDir static Path shared;
  private static Path clip;
  private static Path data;

  @TempDir Path folder;

  @BeforeAll
  static void prepare() throws IOException {
    clip = shared.resolve("clip");
    data = shared.resolve("drawings");
    RandomClip.write(clip, RandomClip.TINY, 1);
    SampleDrawings.copyTo(data);
  }

  /** Returns a stream whose writes fail with a message. */
  private static OutputStream broken(String reason) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(reason);
      }
    };
  }

  private static Cli.Result run(OutputStream out, Object... words) {
    return run(new StandardOutput(out, () -> false), words);
  }

  private static Cli.Result run(StandardOutput out, Object... words) {
    StringWriter err = new StringWriter();
    CommandLine commandLine = Main.commandLine(() -> false);
    commandLine.setOut(out);
    commandLine.setErr(new PrintWriter(err, true));
    int exitCode =
        commandLine.execute(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
    return new Cli.Result(exitCode, "", err.toString());
  }

  private static List<Object[]> commands() {
    return List.of(
        new Object[] {"predict", data.resolve("bell"), "--classes", "bell,book", "--clip", clip},
        new Object[] {
          "predict", data.resolve("bell"), "--classes", "bell,book", "--clip", clip, "--json"
        },
        new Object[] {
          "predict",
          data.resolve("bell"),
          "--classes",
          "bell,book",
          "--clip",
          clip,
          "--format",
          "csv"
        },
        new Object[] {"inspect", clip},
        new Object[] {"inspect", data, "--json"},
        new Object[] {"download", "--list"},
        new Object[] {"help", "train"},
        new Object[] {"--version"});
  }

  @Test
  void aFullOutputEndsEachCommandInOneLine() {
    for (Object[] words : commands()) {
      Cli.Result result = run(broken("No space left on device"), words);
      assertThat(result.exitCode()).as(Arrays.toString(words) + result.err()).isEqualTo(IO);
      assertThat(result.err().lines().filter(line -> line.startsWith("kgcoop:")))
          .containsExactly(
              "kgcoop: standard output: results are lost: No space left on device; give it room, or"
                  + " write to a file");
    }
  }

  @Test
  void endsQuietlyIfTheReaderIsGone() {
    for (String reason : List.of("Broken pipe", "Tubería rota")) {
      StandardOutput out = new StandardOutput(broken(reason), () -> true);
      Cli.Result result = run(out, "download", "--list");
      assertThat(result.exitCode()).isZero();
      assertThat(result.err()).isEmpty();
    }
  }

  @Test
  @Tag("system")
  @EnabledOnOs(OS.LINUX)
  void reportsAFullOrClosedOutputButNoClosedPipe() throws Exception {
    assertThat(in("exec \"$@\" >/dev/full"))
        .isEqualTo(
            "5: kgcoop: standard output: results are lost: No space left on device; give it room,"
                + " or write to a file\n");
    assertThat(in("exec \"$@\" >&-"))
        .startsWith("5: kgcoop: standard output: results are lost: ")
        .hasLineCount(1);
    // `:` reads nothing, so the pipe is closed before or at the first line.
    assertThat(in("{ \"$@\"; echo $? >&2; } | :")).isEqualTo("0: 0\n");
  }

  private String in(String script) throws IOException, InterruptedException {
    ChildProcess process =
        ChildProcess.start(
            List.of("sh", "-c", script, "sh"),
            folder.resolve("log.txt"),
            "download",
            "--list",
            "--json");
    return process.exitCode() + ": " + process.log();
  }
}
