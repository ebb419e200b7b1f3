package org.kgcoop.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.ChildProcess;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.untrained.RandomClip;

/** Tests of the output of a training and the place of its feature cache. */
class TrainCommandTest {
  @TempDir Path folder;

  @BeforeEach
  void writeInput() {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    SampleDrawings.copyTo(folder.resolve("drawings"));
  }

  private Object[] words(String command) {
    return (command + " --clip %1$s/clip --data %1$s/drawings --threads 1")
        .formatted(folder)
        .split(" ");
  }

  private String train() {
    return "train --shots 2 --epochs 1 --set context_tokens=2 --augment test --out "
        + folder.resolve("run");
  }

  @Test
  void printsZeroShotNextToTheResult() throws IOException {
    JsonNode zeroShot =
        new ObjectMapper().readTree(Cli.run(words("eval --json --feature-cache none")).out());
    String line =
        String.format(
            Locale.ROOT,
            "zero-shot CLIP %.2f %% on the same",
            zeroShot.path("accuracy").asDouble());

    Cli.Result trained = Cli.run(words(train() + " --feature-cache none"));

    assertThat(trained.exitCode()).as(trained.err()).isZero();
    assertThat(trained.out()).contains("accuracy ", " test images", line);
    // The run is complete and has no cache, so the command encodes no images for zero-shot CLIP.
    assertThat(Cli.run(words(train() + " --feature-cache none")).out())
        .contains("accuracy ")
        .doesNotContain("zero-shot");
  }

  @Test
  void aMethodWithoutStepsHasNoTimePerImage() {
    Cli.Result result =
        Cli.run(
            words("train --method gda --shots 2 -q --feature-cache none --out " + folder + "/gda"));
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("accuracy ").doesNotContain("NaN");
  }

  @Tag("system")
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void usesAnotherCacheFolderIfItCannotWrite() throws IOException, InterruptedException {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    List<String> environment = List.of("env", "XDG_CACHE_HOME=" + file);

    ChildProcess process =
        ChildProcess.start(environment, folder.resolve("log.txt"), words(train()));

    assertThat(process.exitCode()).as(process.log()).isZero();
    assertThat(process.log().lines().filter(line -> line.contains(file + " cannot be written")))
        .hasSize(1);
    assertThat(process.log()).contains("zero-shot CLIP ");
  }

  @Test
  void aBankThatCannotBeWrittenIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    Cli.Result result = Cli.run(words(train() + " --feature-cache " + file));
    assertThat(result.exitCode()).isEqualTo(5);
    assertThat(result.errorLine()).contains("cannot be written", "try another --feature-cache");
  }
}
