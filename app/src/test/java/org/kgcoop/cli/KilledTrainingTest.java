package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.untrained.RandomClip;

/**
 * A training run that is killed and resumed writes the same files as an uninterrupted run. This
 * test uses SIGKILL. EndedAtAnyWriteTest of the core module ends a run at every write.
 */
@Tag("system")
class KilledTrainingTest {
  private static final int KILLS = 20;
  private static final long SEED = 7;

  /** Two blocks in each encoder. */
  private static final ClipConfig CLIP =
      new ClipConfig(
          64, 32, 3, 77, 1000, 64, 1, 2, Activation.QUICK_GELU, new ClipConfig.Vit(64, 2, 8, 1));

  @TempDir Path folder;

  private static final List<String> METHODS =
      List.of(
          "cocoop --set context_tokens=3 --augment cache:2",
          "ivlp --set text_depth=2 --set image_depth=2 --augment online",
          "maple --set depth=2 --augment online",
          "vpt --set image_depth=2 --augment online",
          "promptsrc --set text_depth=2 --set image_depth=2 --set templates={}|{}. --augment"
              + " online",
          "mmrl --set representation_layers=1|2 --set dimension=8 --augment online",
          "clip-lora --augment online");

  static List<String> methods() {
    return METHODS;
  }

  @Test
  @Tag("equality")
  void resumesByteIdenticallyAfterAKill() throws IOException, InterruptedException {
    writeInput(3);
    Object[] calm = words(METHODS.get(1), 2, 4, folder.resolve("undisturbed"));
    Object[] killed = words(METHODS.get(1), 2, 4, folder.resolve("killed"));
    assertThat(Cli.run(calm).exitCode()).isZero();

    ChildProcess process = ChildProcess.start(folder.resolve("log.txt"), killed);
    process.makes(folder.resolve("killed"), "checkpoint/step-*");
    process.kill();
    assertThat(Cli.run(killed).exitCode()).isZero();

    theSameBytes();
  }

  @ParameterizedTest
  @MethodSource("methods")
  @Tag("nightly")
  void resumesEachMethodByteIdenticallyAfterManyKills(String method)
      throws IOException, InterruptedException {
    writeInput(12);
    long begun = System.nanoTime();
    assertThat(start(words(method, 4, 20, folder.resolve("undisturbed"))).exitCode()).isZero();
    long length = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);

    Random random = new Random(SEED);
    Object[] killed = words(method, 4, 20, folder.resolve("killed"));
    for (int i = 0; i < KILLS; i++) {
      ChildProcess process = start(killed);
      // The time is between the start of the process and a moment after its normal end.
      if (!process.endsWithin(random.nextLong(length))) {
        process.kill();
      }
    }
    assertThat(start(killed).exitCode()).isZero();

    theSameBytes();
  }

  private void writeInput(int classes) {
    RandomClip.write(folder.resolve("clip"), CLIP, 1);
    SampleDrawings.copyTo(folder.resolve("data"), classes);
  }

  private void theSameBytes() throws IOException {
    Path killed = folder.resolve("killed");
    String prompt = "classifier.safetensors";
    assertThat(killed.resolve(prompt))
        .hasSameBinaryContentAs(folder.resolve("undisturbed").resolve(prompt));
    assertThat(Files.readAllLines(killed.resolve("events.jsonl")))
        .isEqualTo(Files.readAllLines(folder.resolve("undisturbed").resolve("events.jsonl")));
    String events = "events.out.tfevents.0000000000.kgcoop";
    assertThat(killed.resolve(events))
        .hasSameBinaryContentAs(folder.resolve("undisturbed").resolve(events));
    try (var files = Files.walk(killed)) {
      assertThat(files.filter(f -> f.toString().endsWith(".tmp"))).isEmpty();
    }
  }

  private ChildProcess start(Object[] words) throws IOException {
    return ChildProcess.start(folder.resolve("log.txt"), words);
  }

  private Object[] words(String method, int shots, int epochs, Path out) {
    return String.format(
            Locale.ROOT,
            "train --quiet --method %s --shots %s --epochs %s --batch-size 4 --set checkpoint_every=1"
                + " --clip %s --data %s --out %s",
            method,
            shots,
            epochs,
            folder.resolve("clip"),
            folder.resolve("data"),
            out)
        .split(" ");
  }
}
