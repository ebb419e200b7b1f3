package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.RandomClip;

/**
 * A training run killed at random moments and resumed each time ends in the bytes of an undisturbed
 * one. {@code -Dkgcoop.kills=20} kills more often than the default.
 */
class KilledTrainingTest {
  private static final int KILLS = Integer.getInteger("kgcoop.kills", 2);
  private static final long SEED = 7;

  @TempDir Path folder;

  @Test
  void endsInTheSameBytes() throws IOException, InterruptedException {
    Path clip = folder.resolve("clip");
    Path data = folder.resolve("data");
    RandomClip.write(clip, RandomClip.TINY, 1);
    SampleDrawings.copyTo(data);

    Process undisturbed = start(clip, data, folder.resolve("undisturbed"));
    long begun = System.nanoTime();
    assertThat(undisturbed.waitFor()).isZero();
    long length = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);

    Random random = new Random(SEED);
    Path killed = folder.resolve("killed");
    for (int i = 0; i < KILLS; i++) {
      Process process = start(clip, data, killed);
      // Anywhere from its first breath to past its end.
      if (!process.waitFor(random.nextLong(length), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly(); // SIGKILL
      }
      int unused = process.waitFor();
    }
    assertThat(start(clip, data, killed).waitFor()).isZero();

    String prompt = "prompt.safetensors";
    assertThat(killed.resolve(prompt))
        .hasSameBinaryContentAs(folder.resolve("undisturbed").resolve(prompt));
    assertThat(Files.readAllLines(killed.resolve("events.jsonl")))
        .isEqualTo(Files.readAllLines(folder.resolve("undisturbed").resolve("events.jsonl")));
    try (var files = Files.walk(killed)) {
      assertThat(files.filter(f -> f.toString().endsWith(".tmp"))).isEmpty();
    }
  }

  private Process start(Path clip, Path data, Path out) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx1g", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("train", "--quiet", "--method", "cocoop", "--set", "context_tokens=3"));
    command.addAll(List.of("--clip", clip.toString(), "--data", data.toString()));
    command.addAll(List.of("--out", out.toString(), "--shots", "4", "--epochs", "60"));
    command.addAll(List.of("--batch-size", "4", "--checkpoint-every", "1", "--augment", "bank:2"));
    File log = folder.resolve("log.txt").toFile();
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
        .start();
  }
}
