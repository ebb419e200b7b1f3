package org.kgcoop.api.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.files.FailingDisk;
import org.kgcoop.files.FailingDisk.End;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Json;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;

/**
 * A test of trainings that end at any write: the process ends, the machine loses power, or the disk
 * is full. The same call then resumes. The result is byte-identical to an uninterrupted run, and no
 * step before a checkpoint is repeated.
 */
@Tag("system")
class EndedAtAnyWriteTest {
  private static final int EPOCHS = 3;

  /** Two images in one batch. */
  private static final int STEPS = EPOCHS;

  private static final List<String> TIMES =
      List.of("ms_per_image", "ms_per_image_with_features", "seconds", "prepare_seconds");

  @TempDir static Path folder;
  private static Clip clip;
  private static Path photos;
  private static Path calm;
  private static List<String> points;

  @TempDir Path out;

  @BeforeAll
  static void trainUndisturbed() {
    clip = TinyClip.smallest();
    photos = folder.resolve("photos");
    DataSet unused = TestImages.dataSet(photos, List.of("cat", "dog"), 1, 0, 1);
    calm = folder.resolve("calm/run");
    Training.Outcome unusedToo = training().into(folder.resolve("first/run")); // fills the cache
    try (FailingDisk disk = new FailingDisk(FailingDisk.NEVER, End.PROCESS)) {
      Training.Outcome done = training().into(calm);
      assertThat(done.folder()).isEqualTo(calm);
      points = disk.points();
    }
  }

  @AfterAll
  static void close() {
    clip.close();
  }

  /**
   * TaskRes does not train through the text encoder, so it is quick. All methods write alike. The
   * images are encoded once, because only the training ends.
   */
  private static Training training() {
    return Training.of(clip, photos)
        .method("taskres")
        .training("epochs", EPOCHS)
        .training("batch-size", 2)
        .training("checkpoint_every", 1)
        .training("augment", "test")
        .cache(folder.resolve("cache"))
        .shots(1);
  }

  /** All points of a training. If a run writes another file, add it here. */
  @Test
  void listsAllWritesOfATraining() {
    List<String> whole =
        Stream.of(
                "run.json in run",
                "effort-1.json in checkpoint",
                "step-000000001.safetensors in checkpoint",
                "effort-2.json in checkpoint",
                "step-000000002.safetensors in checkpoint",
                "classifier.safetensors in run",
                "predictions.json in run",
                "results.json in run")
            .flatMap(EndedAtAnyWriteTest::writtenWhole)
            .toList();
    List<String> appended =
        List.of(
            "open events.jsonl",
            "write events.jsonl",
            "write the rest of events.jsonl",
            "force events.jsonl");
    assertThat(points).hasSameElementsAs(Stream.concat(whole.stream(), appended.stream()).toList());
    assertThat(points.stream().filter("write events.jsonl"::equals)).hasSize(STEPS);
  }

  private static Stream<String> writtenWhole(String what) {
    String name = what.replaceAll(" .*", "");
    return Stream.of(
        "open " + name,
        "write " + name,
        "write the rest of " + name,
        "force " + name,
        "rename " + name,
        "force the folder " + what.replaceAll(".* ", ""));
  }

  /** Counts the steps of a run until its disk ends, or all remaining ones. */
  private static List<Long> steps(Path run, FailingDisk disk) {
    List<Long> steps = new ArrayList<>();
    Training training = training().listener(step -> steps.add(step.number()));
    try (disk) {
      Training.Outcome done = training.into(run);
      assertThat(done.folder()).isEqualTo(run);
    } catch (FailingDisk.Ended e) {
      assertThat(disk.isEnded()).isTrue();
    } catch (KgCoopException e) {
      assertThat(e.category()).isEqualTo(KgCoopException.Category.IO);
      assertThat(e).hasMessageContaining("cannot be ").hasMessageContaining("No space left on");
      assertThat(e).hasMessageNotContaining("\n");
    }
    return steps;
  }

  @ParameterizedTest
  @EnumSource
  void resumesByteIdenticallyAfterAFailedWrite(End end) throws IOException {
    for (int at = 1; at <= points.size(); at++) {
      String point = "%s: %s".formatted(at, points.get(at - 1));
      Path run = out.resolve(at + "/run");
      FailingDisk failing = new FailingDisk(at, end);
      List<Long> unused = steps(run, failing);
      assertThat(failing.points()).as(point).isEqualTo(points.subList(0, at));
      nothingIsHalfWritten(run, point);
      if (end == End.SPACE) {
        assertThat(names(run)).as(point).noneMatch(name -> name.endsWith(".tmp"));
      }

      FailingDisk sound = new FailingDisk(FailingDisk.NEVER, end);
      List<Long> rest = steps(run, sound);

      assertThat(rest).as(point).allMatch(step -> step > kept(failing));
      asUndisturbed(run, point);
      Folders.delete(run);
    }
  }

  /** Each attempt ends one point later than the one before. */
  @ParameterizedTest
  @EnumSource
  @Tag("nightly")
  void resumesByteIdenticallyAfterRepeatedFailures(End end) throws IOException {
    Path run = out.resolve("run");
    long kept = 0;
    int at = 1;
    for (boolean ended = true; ended; at++) {
      FailingDisk disk = new FailingDisk(at, end);
      long before = kept;
      assertThat(steps(run, disk)).as("%s", at).allMatch(step -> step > before);
      kept = Math.max(kept, kept(disk));
      ended = disk.isEnded();
    }
    assertThat(at).isGreaterThan(20);
    asUndisturbed(run, "at the end");
  }

  /** Returns the step of the newest durable checkpoint; 0 for none. */
  private static long kept(FailingDisk disk) {
    return disk.lasting().stream()
        .map(file -> file.getFileName().toString())
        .filter(name -> name.matches("step-\\d+\\.safetensors"))
        .mapToLong(name -> Long.parseLong(name.replaceAll("\\D", "")))
        .max()
        .orElse(0);
  }

  private static void nothingIsHalfWritten(Path run, String point) throws IOException {
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.filter(file -> file.toString().endsWith(".json")).toList()) {
        assertThat(Json.read(file).isObject()).as("%s, %s", point, file).isTrue();
      }
    }
  }

  private static void asUndisturbed(Path run, String point) throws IOException {
    for (String file : List.of("classifier.safetensors", "predictions.json", "events.jsonl")) {
      assertThat(run.resolve(file)).as(point).hasSameBinaryContentAs(calm.resolve(file));
    }
    assertThat(results(run)).as(point).isEqualTo(results(calm));
    assertThat(Json.read(run.resolve("run.json")))
        .as(point)
        .isEqualTo(Json.read(calm.resolve("run.json")));
    assertThat(names(run)).as(point).isEqualTo(names(calm));
  }

  /** Returns the results without times. */
  private static JsonNode results(Path run) {
    JsonNode results = Json.read(run.resolve("results.json"));
    for (String time : TIMES) {
      for (JsonNode parent : results.findParents(time)) {
        JsonNode unused = ((ObjectNode) parent).remove(time);
      }
    }
    return results;
  }

  private static List<String> names(Path run) throws IOException {
    try (Stream<Path> files = Files.walk(run)) {
      return files.map(file -> run.relativize(file).toString()).sorted().toList();
    }
  }
}
