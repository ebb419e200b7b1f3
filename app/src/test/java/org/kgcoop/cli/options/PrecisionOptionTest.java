package org.kgcoop.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.tensor.Arithmetic;
import org.kgcoop.tensor.Linear;

/** Encodes drawings with the option {@code --precision}. */
class PrecisionOptionTest {
  private static final String DIFFERENT = "answers can differ slightly";

  @TempDir static Path folder;

  @BeforeAll
  static void write() {
    SampleDrawings.copyTo(folder.resolve("drawings"), 3);
  }

  private static Cli.Result run(Object... words) {
    Cli.Result result = Cli.run(words);
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result;
  }

  @Test
  void aClassifierRemembersInt8() throws IOException {
    assumeTrue(Linear.hasInt8(), "a build with int8 products");
    Path drawings = folder.resolve("drawings");
    Path trained = folder.resolve("int8");
    run(
        "train",
        "--data",
        drawings,
        "--method",
        "taskres",
        "--epochs",
        "1",
        "--shots",
        "2",
        "--precision",
        "int8",
        "--out",
        trained);
    assertThat(
            new ObjectMapper()
                .readTree(trained.resolve("run.json").toFile())
                .findValue("precision"))
        .hasToString("\"int8 %s all %s%s\"".formatted(rest(), rows(), key(trained)));

    Cli.Result same = run("predict", trained, drawings);
    Cli.Result other = run("predict", trained, drawings, "--precision", "float32");

    assertThat(same.err()).contains("cosine to float32 is 0.99").doesNotContain(DIFFERENT);
    assertThat(other.err()).contains("fitted to features of precision int8 ", DIFFERENT);
    assertThat(same.out().lines().count()).isEqualTo(other.out().lines().count());
  }

  private static String rest() {
    return Arithmetic.hasBf16() ? "bfloat16" : "float32";
  }

  private static String rows() {
    return Linear.int8Bits() < 8 ? "7-bit rows " : "";
  }

  private static String key(Path run) throws IOException {
    String all =
        new ObjectMapper()
            .readTree(run.resolve("run.json").toFile())
            .findValue("precision")
            .asText();
    String key = all.substring(all.lastIndexOf(' ') + 1);
    assertThat(key).matches("[0-9a-f]{16}");
    return key;
  }

  @Test
  void autoPrintsItsChoice() {
    Cli.Result result =
        run(
            "embed",
            folder.resolve("drawings"),
            "--precision",
            "auto",
            "--out",
            folder.resolve("auto.npy"));

    assertThat(result.err().lines().filter(line -> line.contains("precision auto: ")))
        .anyMatch(
            line -> line.contains(Arithmetic.hasBf16() ? "bf16, because" : "float32, because"));
  }

  @Test
  void anUnknownPrecisionIsRefused() {
    Cli.Result result =
        Cli.run("embed", folder.resolve("drawings"), "--precision", "int4", "--out", "x.npy");

    assertThat(result.errorLine()).contains("--precision", "int4", "int8, auto");
    assertThat(result.exitCode()).isEqualTo(2);
  }
}
