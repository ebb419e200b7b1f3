package org.kgcoop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.io.Safetensors;
import picocli.CommandLine;

class VerifyTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;

  private int verify(Object... arguments) {
    CommandLine program = Main.commandLine(() -> false);
    program.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return program.execute(
        Stream.concat(Stream.of("verify"), Stream.of(arguments).map(Object::toString))
            .toArray(String[]::new));
  }

  private void writeCase(double expected) throws IOException {
    Files.writeString(
        folder.resolve("cases.json"),
        """
        {"format": 1, "cases": [{"id": "H", "kind": "harmonic-mean", "base": 60, "new": 30,
          "expect": %s, "tolerance": {"relative": 1e-9}}]}
        """
            .formatted(expected));
    Safetensors.write(folder.resolve("tensors.safetensors"), List.of(), Map.of());
  }

  @Test
  void passesWhereTheNumbersAreEqual() throws IOException {
    writeCase(40);
    assertThat(verify(folder)).as(err.toString()).isZero();
    assertThat(out.toString()).contains("/H  error 0.0", "1 passed, 0 failed");
  }

  @Test
  void exitsWithOneWhereANumberDiffers() throws IOException {
    writeCase(41);
    assertThat(verify(folder, "--json")).as(err.toString()).isEqualTo(1);
    assertThat(out.toString()).contains("\"failed\" : 1", "\"id\" : \"H\"");
  }

  @Test
  void aFolderWithoutCasesIsAnErrorOfTheData() {
    assertThat(verify(folder)).isEqualTo(3);
    assertThat(err.toString().lines()).singleElement().asString().contains("cases.json");
  }

  @Test
  void noFolderIsAnErrorOfUsage() {
    assertThat(verify()).isEqualTo(2);
    assertThat(err.toString().lines()).singleElement().asString().contains("DIR");
  }
}
