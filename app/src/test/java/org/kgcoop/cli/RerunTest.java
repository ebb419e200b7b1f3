package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.io.JsonFiles;
import org.kgcoop.tables.StoredRuns;

/** Runs made again by their own command. */
@Tag("equality")
class RerunTest {
  @TempDir Path folder;

  @Test
  void aTrainedRunMadeAgainHasTheSameNumbersAndOthersAreTold() {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    SampleDrawings.copyTo(folder.resolve("drawings"));
    Path run = folder.resolve("run");
    String words =
        "train --clip FOLDER/clip --data FOLDER/drawings --shots 2 --epochs 2 --set context_tokens=2"
            + " --augment test --bank none --threads 1 --quiet --out FOLDER/run";
    Cli.Result trained = Cli.run((Object[]) words.replace("FOLDER", folder.toString()).split(" "));
    assertThat(trained.exitCode()).as(trained.err()).isZero();

    Path again = folder.resolve("again");
    Cli.Result same = Cli.run("runs", "rerun", run, "--out", again);

    assertThat(same.exitCode()).as(same.err()).isZero();
    assertThat(same.out()).contains(again + ": the same numbers as " + run);
    assertThat(again.resolve("prompt.safetensors"))
        .hasSameBinaryContentAs(run.resolve("prompt.safetensors"));

    Path results = run.resolve("results.json");
    ObjectNode json = (ObjectNode) JsonFiles.read(results);
    ObjectNode target = (ObjectNode) json.path("targets").path(0);
    int right = target.path("correct").asInt();
    target.put("correct", right + 1);
    JsonFiles.write(results, json);

    Cli.Result other = Cli.run("runs", "rerun", run, "--out", folder.resolve("third"));

    assertThat(other.exitCode()).isEqualTo(1);
    assertThat(other.errorLine())
        .contains(
            "other numbers than", "test %s of ".formatted(right), "instead of " + (right + 1));
  }

  @Test
  void pairsOfThePublishedCodeStayTheLastWords() {
    Path run = folder.resolve("table/places/coop/seed2");
    StoredRuns.run("coop", "places", 2)
        .target("base", 1, 2)
        .command(
            folder,
            List.of(
                "base2new",
                "--seeds=1,2",
                "--published",
                "DATASET.NUM_SHOTS",
                "4",
                "DATASET.ROOT",
                "/data"))
        .write(run);

    Cli.Result result = Cli.run("runs", "rerun", run, "--out", "again", "--dry-run");

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err())
        .contains("--published", "--methods coop", "--seeds 2")
        .containsPattern("--out again DATASET.NUM_SHOTS 4 DATASET.ROOT /data\\R");
  }

  @Test
  void theDemoIsNarrowedToTheSeed() {
    Path run = folder.resolve("demo/places/coop/seed2");
    StoredRuns.run("coop", "places", 2)
        .target("base", 1, 2)
        .command(folder, List.of("demo", "--per-set", "--seeds", "1,2"))
        .write(run);

    Cli.Result result = Cli.run("runs", "rerun", run, "--out", "again", "--dry-run");

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).contains("kgcoop demo --seeds 2 --out again");
  }
}
