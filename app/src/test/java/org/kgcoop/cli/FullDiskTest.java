package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.files.Json;

/**
 * Tests of a full disk. The shell limits the size of files, so that the system rejects a write
 * beyond the limit. EndedAtAnyWriteTest of the core module tests a failure at every write.
 */
@Tag("system")
@DisabledOnOs(OS.WINDOWS)
class FullDiskTest {
  private static final int BLOCK = 512;

  @TempDir Path folder;

  private Object[] words(Path out) {
    return ("base2new --seeds 1 --methods clip,kgcoop --epochs 6 --set checkpoint_every=1 --shots 4"
            + " --set context_tokens=2 --batch-size 1 --threads 1 --quiet --augment test"
            + " --feature-cache none --data %1$s/drawings --clip %1$s/clip --out %2$s")
        .formatted(folder, out)
        .split(" ");
  }

  @Test
  void resumesAfterAFullDisk() throws IOException, InterruptedException {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    SampleDrawings.copyTo(folder.resolve("drawings"), 4);
    Path spacious = folder.resolve("spacious");
    assertThat(Cli.run(words(spacious)).exitCode()).isZero();
    String trained = "drawings/kgcoop/seed1/";

    Path full = folder.resolve("full");
    for (String tooLarge : List.of("run.json", "events.jsonl")) {
      long blocks = Files.size(spacious.resolve(trained + tooLarge)) / BLOCK - 1;
      List<String> limited = List.of("sh", "-c", "ulimit -f " + blocks + " && exec \"$@\"", "sh");
      ChildProcess process = ChildProcess.start(limited, folder.resolve("log.txt"), words(full));
      assertThat(process.exitCode()).as(process.log()).isEqualTo(5);
      // If a file that only viewers read cannot be written, the command prints a warning and
      // continues.
      assertThat(process.log().lines().filter(line -> !line.startsWith("warning: ")))
          .as(tooLarge)
          .singleElement()
          .asString()
          .contains("cannot be written", "free some space");
      nothingIsHalfWritten(full);
    }

    assertThat(Cli.run(words(full)).exitCode()).isZero();
    assertThat(StoredJson.withoutTimes(full.resolve("results.json")))
        .isEqualTo(StoredJson.withoutTimes(spacious.resolve("results.json")));
    for (String file : List.of("classifier.safetensors", "events.jsonl")) {
      assertThat(full.resolve(trained + file))
          .hasSameBinaryContentAs(spacious.resolve(trained + file));
    }
  }

  private static void nothingIsHalfWritten(Path table) throws IOException {
    try (Stream<Path> files = Files.walk(table)) {
      for (Path file : files.toList()) {
        assertThat(file.toString()).doesNotEndWith(".tmp");
        if (file.toString().endsWith(".json")) {
          assertThat(Json.read(file).isObject()).as(file.toString()).isTrue();
        }
      }
    }
  }
}
