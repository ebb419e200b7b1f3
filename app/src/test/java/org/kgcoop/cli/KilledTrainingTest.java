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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.RandomClip;

/**
 * A training run killed at random moments and resumed each time ends in the bytes of an undisturbed
 * one. {@code -Dkgcoop.kills=20} kills more often than the default, and more methods.
 */
@Tag("system")
@Tag("equality")
class KilledTrainingTest {
  private static final int KILLS = Integer.getInteger("kgcoop.kills", 2);
  private static final long SEED = 7;

  /** Two blocks in either tower. */
  private static final ClipConfig CLIP =
      new ClipConfig(
          64, 32, 3, 77, 1000, 64, 1, 2, Activation.QUICK_GELU, new ClipConfig.Vit(64, 2, 8, 1));

  @TempDir Path folder;

  private static final List<String> METHODS =
      List.of(
          "cocoop --set context_tokens=3 --augment bank:2",
          "ivlp --set text_depth=2 --set image_depth=2 --augment online",
          "maple --set depth=2 --augment online",
          "vpt --set image_depth=2 --augment online",
          "promptsrc --set text_depth=2 --set image_depth=2 --set templates={}|{}. --augment online",
          "mmrl --set representation_layers=1|2 --set dimension=8 --augment online",
          "clip-lora --augment online");

  /** All where more kills are asked for, else one without and one with a learned image tower. */
  static List<String> methods() {
    return Integer.getInteger("kgcoop.kills") == null ? METHODS.subList(0, 2) : METHODS;
  }

  @ParameterizedTest
  @MethodSource("methods")
  void endsInTheSameBytes(String method) throws IOException, InterruptedException {
    Path clip = folder.resolve("clip");
    Path data = folder.resolve("data");
    RandomClip.write(clip, CLIP, 1);
    SampleDrawings.copyTo(data);

    long begun = System.nanoTime();
    assertThat(start(method, clip, data, folder.resolve("undisturbed")).exitCode()).isZero();
    long length = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);

    Random random = new Random(SEED);
    Path killed = folder.resolve("killed");
    for (int i = 0; i < KILLS; i++) {
      ChildProcess process = start(method, clip, data, killed);
      // Anywhere from its first breath to past its end.
      if (!process.endsWithin(random.nextLong(length))) {
        process.kill();
      }
    }
    assertThat(start(method, clip, data, killed).exitCode()).isZero();

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

  private ChildProcess start(String method, Path clip, Path data, Path out) throws IOException {
    String words =
        String.format(
            Locale.ROOT,
            "train --quiet --method %s --shots 4 --epochs 20 --batch-size 4 --checkpoint-every 1"
                + " --clip %s --data %s --out %s",
            method,
            clip,
            data,
            out);
    return ChildProcess.start(folder.resolve("log.txt"), (Object[]) words.split(" "));
  }
}
