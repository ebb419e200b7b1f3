package org.kgcoop.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.cli.ChildProcess;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.cli.StoredJson;
import org.kgcoop.clip.untrained.RandomClip;

/**
 * A protocol that is killed or interrupted, and then started again, writes the same table and
 * prompts as an uninterrupted run.
 */
@Tag("system")
@DisabledOnOs(OS.WINDOWS)
class DisturbedProtocolsTest {
  private static final int DISTURBANCES = 20;
  private static final long SEED = 11;

  @TempDir static Path shared;

  @TempDir Path folder;

  @BeforeAll
  static void writeInput() {
    RandomClip.write(shared.resolve("clip"), RandomClip.TINY, 1);
    for (String name : List.of("drawings", "others")) {
      SampleDrawings.copyTo(shared.resolve(name), 4);
    }
  }

  /** The nightly test disturbs the other protocols, too. */
  @Test
  @Tag("equality")
  void writesTheSameTableAfterAKill() throws IOException, InterruptedException {
    String command = "base2new --shots 1 --data drawings --seeds 1 --epochs 4";
    Path calm = folder.resolve("calm");
    long unused = run(command, calm);

    Path disturbed = folder.resolve("disturbed");
    ChildProcess process = ChildProcess.start(folder.resolve("log.txt"), words(command, disturbed));
    process.makes(disturbed, "**/checkpoint/step-*");
    process.kill();
    unused = run(command, disturbed);

    theSame(disturbed, calm);
  }

  @ParameterizedTest
  @Tag("nightly")
  @ValueSource(
      strings = {
        "base2new --shots 2 --data drawings --seeds 1,2",
        "fewshot --shots 1,2 --data drawings --seeds 1",
        "cross --shots 2 --source drawings --data others --seeds 1,2",
        "domain --shots 2 --source drawings --shifts others --seeds 1,2"
      })
  void writesTheSameTableAfterKillsAndInterrupts(String protocol)
      throws IOException, InterruptedException {
    String command = protocol + " --epochs 6";
    Path calm = folder.resolve("calm");
    long length = run(command, calm);

    Random random = new Random(SEED + command.length());
    Path disturbed = folder.resolve("disturbed");
    for (int i = 0; i < DISTURBANCES; i++) {
      ChildProcess process =
          ChildProcess.start(folder.resolve("log.txt"), words(command, disturbed));
      while (!Files.exists(disturbed) && !process.endsWithin(10)) {} // wait for the new JVM
      // A new JVM is slower than this one, so the range is three times as long.
      if (process.endsWithin(random.nextLong(3 * length))) {
        assertThat(process.exitCode()).as(process.log()).isZero();
      } else if (i % 2 == 0) {
        process.kill();
      } else {
        // 0 if it was already complete.
        assertThat(process.interrupt()).as(process.log()).isIn(130, 0);
      }
    }
    long unused = run(command, disturbed);

    theSame(disturbed, calm);
  }

  private static void theSame(Path disturbed, Path calm) throws IOException {
    assertThat(StoredJson.withoutTimes(disturbed.resolve("results.json")))
        .isEqualTo(StoredJson.withoutTimes(calm.resolve("results.json")));
    Map<Path, Path> expected = runs(calm);
    assertThat(runs(disturbed)).containsOnlyKeys(expected.keySet());
    for (Map.Entry<Path, Path> run : expected.entrySet()) {
      Path own = disturbed.resolve(run.getKey());
      assertThat(StoredJson.withoutTimes(own.resolve("results.json")))
          .isEqualTo(StoredJson.withoutTimes(run.getValue().resolve("results.json")));
      for (String file : List.of("classifier.safetensors", "predictions.json", "events.jsonl")) {
        if (Files.exists(run.getValue().resolve(file))) {
          assertThat(own.resolve(file)).hasSameBinaryContentAs(run.getValue().resolve(file));
        }
      }
    }
    assertThat(expected.values())
        .anyMatch(run -> Files.exists(run.resolve("classifier.safetensors")));
    try (Stream<Path> files = Files.walk(disturbed)) {
      assertThat(files.filter(f -> f.toString().endsWith(".tmp"))).isEmpty();
    }
  }

  /** Runs a command in this process and returns its time in milliseconds. */
  private static long run(String command, Path out) {
    long begun = System.nanoTime();
    Cli.Result result = Cli.run(words(command, out));
    assertThat(result.exitCode()).as(result.err()).isZero();
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
  }

  private static Object[] words(String command, Path out) {
    String words =
        command.replace("drawings", "%1$s/drawings").replace("others", "%1$s/others")
            + " --methods clip,kgcoop --set context_tokens=2 --batch-size 4 --threads 1"
            + " --set checkpoint_every=1 --augment cache:2 --clip %1$s/clip --feature-cache %2$s.bank --out %2$s";
    return String.format(Locale.ROOT, words, shared, out).split(" ");
  }

  /** Returns the run folders below a table, by their path in the table. */
  private static Map<Path, Path> runs(Path table) throws IOException {
    Map<Path, Path> runs = new TreeMap<>();
    try (Stream<Path> files = Files.walk(table)) {
      files
          .filter(file -> file.endsWith("run.json"))
          .map(Path::getParent)
          .forEach(run -> runs.put(table.relativize(run), run));
    }
    return runs;
  }
}
