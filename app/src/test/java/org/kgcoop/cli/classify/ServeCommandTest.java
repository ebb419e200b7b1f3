package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.Cli;

/** Tests of the options that a server rejects before it starts. */
class ServeCommandTest {
  @TempDir Path folder;

  private static void refused(int exitCode, String reason, Object... arguments) {
    Cli.Result result = Cli.run(arguments);
    assertThat(result.errorLine()).contains(reason).doesNotContain("a bug");
    assertThat(result.exitCode()).isEqualTo(exitCode);
  }

  @Test
  void otherMachinesNeedATokenOrAWord() throws IOException {
    refused(2, "expected --token-file FILE, or --open-to-everybody", "serve", "--host", "0.0.0.0");
    Path token = Files.writeString(folder.resolve("token"), "short\n");
    refused(2, "fewer than 16 characters", "serve", "--token-file", token);
    refused(5, "no such file; check the path", "serve", "--token-file", folder.resolve("none"));
  }

  @Test
  void rejectsWrongSettings() {
    refused(2, "--port 70000", "serve", "--port", 70000);
    refused(2, "--queue 0", "serve", "--queue", 0);
    refused(2, "--time-limit", "serve", "--time-limit", 0);
    refused(2, "--max-megabytes 0", "serve", "--max-megabytes", 0);
  }

  @Test
  void aFolderOrAFileOfTheUsualNameIsCalledAfterTheFolder() throws IOException {
    String twice = "two classifiers are called 'pets'";
    refused(2, twice, "serve", "pets/classifier.safetensors", "pets=b");
    refused(2, twice, "serve", "somewhere/pets.safetensors", "pets=b");
    Path run = Files.createDirectory(folder.resolve("pets"));
    refused(2, twice, "serve", run, "pets=b");
    refused(4, "pets: " + run + ": no classifier.safetensors in this folder", "serve", run);
  }
}
