package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.files.Json;

/**
 * Tests of two processes that write to one folder, and a folder with the results of another
 * command.
 */
@Tag("system")
@DisabledOnOs(OS.WINDOWS)
class SharedFolderTest {
  private static final int IN_USE = 5;
  private static final int CONFIGURATION = 2;

  /** The first process must still run when its first file appears. */
  private static final int EPOCHS = 30;

  @TempDir static Path shared;

  @TempDir Path folder;

  @BeforeAll
  static void writeInput() {
    RandomClip.write(shared.resolve("clip"), RandomClip.TINY, 1);
    SampleDrawings.copyTo(shared.resolve("drawings"), 4);
  }

  private static Object[] words(String command, int epochs, Path out) {
    String words =
        command
            + " --epochs %s --shots 4 --set context_tokens=2 --batch-size 4 --threads 1 --quiet"
            + " --augment test --feature-cache none --data %2$s/drawings --clip %2$s/clip --out %3$s";
    return String.format(Locale.ROOT, words, epochs, shared, out).split(" ");
  }

  /**
   * Checks that a second process is rejected. Returns the folder that the first process wrote.
   *
   * @param begun a file that exists as soon as the first process has locked the folder
   */
  private Path theSecondIsRefused(String command, String begun)
      throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    ChildProcess first = ChildProcess.start(folder.resolve("log.txt"), words(command, EPOCHS, out));
    first.makes(out, begun);
    first.hold();

    Cli.Result second = Cli.run(words(command, EPOCHS, out));

    first.release();
    assertThat(second.exitCode()).as(second.err()).isEqualTo(IN_USE);
    assertThat(second.err())
        .isEqualTo(
            "kgcoop: %s: in use by another run; wait for it, or choose another --out%n"
                .formatted(out));
    assertThat(first.exitCode()).as(first.log()).isZero();
    return out;
  }

  @Test
  void rejectsASecondTrainingInTheSameFolder() throws IOException, InterruptedException {
    Path out = theSecondIsRefused("train", "run.json");

    Path alone = folder.resolve("alone");
    done(Cli.run(words("train", EPOCHS, alone)));
    assertThat(StoredJson.withoutTimes(out.resolve("results.json")))
        .isEqualTo(StoredJson.withoutTimes(alone.resolve("results.json")));
    String prompt = "classifier.safetensors";
    assertThat(out.resolve(prompt)).hasSameBinaryContentAs(alone.resolve(prompt));
  }

  @Test
  void rejectsASecondProtocolInTheSameFolder() throws IOException, InterruptedException {
    Path out =
        theSecondIsRefused("base2new --seeds 1 --methods kgcoop", "drawings/kgcoop/seed1/run.json");

    assertThat(out.resolve("report.html")).isRegularFile();
    assertThat(Json.read(out.resolve("results.json")).path("cells")).hasSize(1);
  }

  @Test
  void keepsResultsOfOtherCommands() throws IOException {
    Path run = folder.resolve("run");
    Path table = folder.resolve("table");
    String base2new = "base2new --methods kgcoop --seeds 1";
    done(Cli.run(words("train", 2, run)));
    done(Cli.run(words(base2new, 2, table)));
    byte[] ofRun = Files.readAllBytes(run.resolve("results.json"));
    byte[] ofTable = Files.readAllBytes(table.resolve("results.json"));

    refused(Cli.run(words(base2new, 2, run)), "run: holds a run, which this table would replace");
    refused(Cli.run(words("train", 2, table)), "table: contains the results of a table");
    refused(
        Cli.run(words("fewshot --methods kgcoop --seeds 1", 2, table)),
        "table: holds the table of base2new");

    assertThat(run.resolve("results.json")).hasBinaryContent(ofRun);
    assertThat(table.resolve("results.json")).hasBinaryContent(ofTable);
    assertThat(table.resolve("run.json")).doesNotExist();
  }

  @Test
  void keepsLearnedTags() throws IOException {
    Path tags = Files.createDirectories(folder.resolve("tags"));
    Files.writeString(tags.resolve("tags.json"), "{}");
    Path classifier = Files.writeString(tags.resolve("classifier.safetensors"), "of tags");
    refused(Cli.run(words("train", 1, tags)), "tags: contains tags, which a run would replace");
    refused(
        Cli.run(words("fewshot --methods kgcoop --seeds 1", 1, tags)),
        "tags: holds tags, which this table would replace");
    assertThat(classifier).hasContent("of tags");
  }

  private static void done(Cli.Result result) {
    assertThat(result.exitCode()).as(result.err()).isZero();
  }

  private static void refused(Cli.Result result, String what) {
    assertThat(result.exitCode()).as(result.err()).isEqualTo(CONFIGURATION);
    assertThat(result.errorLine()).contains(what, "choose another --out");
  }
}
