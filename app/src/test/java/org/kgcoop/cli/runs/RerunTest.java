package org.kgcoop.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.files.JsonFiles;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.tables.StoredRuns;

/** Tests of runs that are repeated by their own command. */
@Tag("equality")
class RerunTest {
  @TempDir Path folder;

  @Test
  void repeatsATrainedRunAndNamesDifferences() {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    SampleDrawings.copyTo(folder.resolve("drawings"));
    Path run = folder.resolve("run");
    String words =
        "train --clip FOLDER/clip --data FOLDER/drawings --shots 2 --epochs 2 --set context_tokens=2"
            + " --augment test --feature-cache none --threads 1 --quiet --out FOLDER/run";
    Cli.Result trained = Cli.run((Object[]) words.replace("FOLDER", folder.toString()).split(" "));
    assertThat(trained.exitCode()).as(trained.err()).isZero();

    Path again = folder.resolve("again");
    Cli.Result same = Cli.run("runs", "rerun", run, "--out", again);

    assertThat(same.exitCode()).as(same.err()).isZero();
    assertThat(same.out()).contains(again + ": the same numbers as " + run);
    assertThat(again.resolve("classifier.safetensors"))
        .hasSameBinaryContentAs(run.resolve("classifier.safetensors"));

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
  void repeatsOneRunOfATable() throws IOException {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    SampleDrawings.copyTo(folder.resolve("drawings"));
    Path config =
        Files.writeString(
            folder.resolve("table.yaml"),
            """
            clip: %1$s/clip
            data: %1$s/drawings
            methods: [coop, kgcoop]
            seeds: [1, 2]
            shots: 2
            epochs: 1
            augment: test
            feature-cache: none
            threads: 1
            set: {context_tokens: 2}
            """
                .formatted(folder));
    Path table = folder.resolve("table");
    Cli.Result made =
        Cli.run("base2new", "--config", config, "--out", table, "--sweep", "weight=0,2.5");
    assertThat(made.exitCode()).as(made.err()).isZero();
    Path run = table.resolve("drawings/kgcoop/weight=2.5/seed2");
    Path again = folder.resolve("again");

    Cli.Result same = Cli.run("runs", "rerun", run, "--out", again);

    assertThat(same.exitCode()).as(same.err()).isZero();
    assertThat(same.out()).contains("the same numbers as " + run);
    assertThat(RunFolders.runsBelow(again))
        .containsExactly(again.resolve("drawings/kgcoop/weight=2.5/seed2"));
    assertThat(again.resolve("results.json")).doesNotExist();
  }

  @Test
  void pathsAreThoseOfTheFolderInWhichTheCommandWasGiven() {
    Path run = folder.resolve("table/places/coop/seed2");
    StoredRuns.run("coop", "places", 2)
        .target("base", 1, 2)
        .command(
            folder,
            List.of(
                "base2new",
                "--data",
                "places",
                "--seeds=1,2",
                "--published",
                "--per-set",
                "--out=table",
                "--shots=4",
                "--root=data"))
        .write(run);

    Cli.Result result = Cli.run("runs", "rerun", run, "--out", "again", "--dry-run");

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err())
        .contains("kgcoop base2new --", "--published", "--seeds=1,2", "--shots=4", "--data=places")
        .contains("--root=" + folder.resolve("data"))
        .containsPattern("--only=places/coop/seed2 --out=again\\R")
        .doesNotContain("--per-set");
  }

  @Test
  void repeatsOneRunOfTheDemo() {
    Path run = folder.resolve("demo/places/coop/seed2");
    StoredRuns.run("coop", "places", 2)
        .target("base", 1, 2)
        .command(folder, List.of("demo", "--per-set", "--seeds", "1,2"))
        .write(run);

    Cli.Result result = Cli.run("runs", "rerun", run, "--out", "again", "--dry-run");

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err())
        .contains("kgcoop demo --seeds=1,2 --only=places/coop/seed2 --out=again");
  }

  /** The folder may come from somebody else, with a command that makes no run. */
  @Test
  void onlyCommandsThatMakeRunsAreRepeated() {
    List<List<String>> commands =
        List.of(
            List.of("serve", "--host=0.0.0.0", "--open-to-everybody", "--port=0"),
            List.of("export", folder.toString(), "--to=npy"),
            List.of("runs"),
            List.of("download", "--list"),
            List.of("export", "run", "--to=onnx"),
            List.of("help"),
            List.of("--version"));
    for (List<String> command : commands) {
      Path run = folder.resolve("foreign");
      StoredRuns.run("coop", "places", 2).target("base", 1, 2).command(folder, command).write(run);

      for (Object[] more : new Object[][] {{"--out", folder.resolve("again")}, {"--dry-run"}}) {
        Cli.Result result =
            Cli.run(Stream.concat(Stream.of("runs", "rerun", run), Stream.of(more)).toArray());

        assertThat(result.exitCode()).as("%s", command).isEqualTo(2);
        assertThat(result.errorLine()).contains("only runs of base2new, cross, demo, domain");
        assertThat(folder.resolve("again")).doesNotExist();
      }
    }
  }

  @Test
  void rejectsARunThatIsNotInTheTable() {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    SampleDrawings.copyTo(folder.resolve("drawings"));
    Cli.Result result =
        Cli.run(
            "base2new",
            "--clip",
            folder.resolve("clip"),
            "--data",
            folder.resolve("drawings"),
            "--methods=clip",
            "--seeds=1",
            "--feature-cache=none",
            "--out",
            folder.resolve("table"),
            "--only=drawings/clip/seed3");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.errorLine())
        .contains("--only drawings/clip/seed3: no run of this table", "drawings/clip/seed1");
  }
}
