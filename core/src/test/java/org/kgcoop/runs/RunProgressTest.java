package org.kgcoop.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunProgressTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path temp;

  private RunFolder open() {
    ObjectNode settings = JSON.createObjectNode();
    settings.putObject("training").put("epochs", 10);
    return RunFolder.open(temp.resolve("run"), settings, JSON.createObjectNode(), warning -> {});
  }

  private static void step(RunFolder run, int step, int epoch) {
    run.events().append(JSON.createObjectNode().put("step", step).put("epoch", epoch));
  }

  private static RunProgress progress(RunFolder run) {
    return RunProgress.read(run.path(), RunRecord.read(run.path()).orElseThrow());
  }

  /** Sets the start of training and the time of its last step. */
  private static void times(RunFolder run, long began, long last) throws IOException {
    Files.setLastModifiedTime(run.path().resolve("progress.json"), FileTime.fromMillis(began));
    Files.setLastModifiedTime(run.path().resolve("events.jsonl"), FileTime.fromMillis(last));
  }

  @Test
  void beforeTheFirstStepNothingIsKnownOfTheTime() {
    try (RunFolder run = open()) {
      assertThat(progress(run).steps()).isZero();
      run.beginTraining(0, 20, TrainingTime.NONE);

      RunProgress progress = progress(run);

      assertThat(progress.steps()).isEqualTo(20);
      assertThat(progress.epochs()).isEqualTo(10);
      assertThat(progress.step()).isZero();
      assertThat(progress.lastStep()).isNull();
      assertThat(progress.secondsToGo()).isNaN();
    }
  }

  @Test
  void theRestIsTakenToLastAsTheStepsOfThisSittingDid() throws IOException {
    try (RunFolder run = open()) {
      for (int step = 1; step <= 8; step++) {
        step(run, step, (step + 1) / 2);
      }
      run.beginTraining(4, 20, new TrainingTime(8, 100));
      times(run, 10_000, 18_000);

      RunProgress progress = progress(run);

      assertThat(progress.step()).isEqualTo(8);
      assertThat(progress.epoch()).isEqualTo(4);
      // 100 s of an earlier attempt and 8 s of this one, with 4 steps; 12 steps are left.
      assertThat(progress.seconds()).isCloseTo(108, within(1e-9));
      assertThat(progress.secondsToGo()).isCloseTo(24, within(1e-9));
    }
  }

  @Test
  void aLineThatIsCutShortIsPassedOver() throws IOException {
    try (RunFolder run = open()) {
      step(run, 1, 1);
      run.beginTraining(0, 20, TrainingTime.NONE);
      Path events = run.path().resolve("events.jsonl");
      for (String cut : List.of("{", "{\"step\":2,\"ep", "{\"step\":2,\"epoch\":1,\"loss\":0.")) {
        Files.writeString(events, "{\"step\":1,\"epoch\":1}\n" + cut);
        assertThat(progress(run).step()).as(cut).isEqualTo(1);
      }
      Files.writeString(events, "{\"st");
      assertThat(progress(run).step()).isZero();
      // Longer than the part that is read from the end.
      Files.writeString(events, " ".repeat(1 << 16) + "\n{\"step\":9}\n");
      assertThat(progress(run).step()).isEqualTo(9);
      Files.writeString(events, "x".repeat(1 << 16), StandardOpenOption.APPEND);
      assertThat(progress(run).step()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{'st",
        "[1]",
        "null",
        "{'steps': 'x', 'from': [], 'seconds': {}}",
        "{'steps': 1e400, 'from': -9223372036854775808, 'seconds': -1e308}"
      })
  void unreadableFilesAreIgnored(String damaged) throws IOException {
    try (RunFolder run = open()) {
      step(run, 3, 1);
      Files.writeString(run.path().resolve("progress.json"), damaged.replace('\'', '"'));
      assertThat(progress(run).step()).isEqualTo(3);
      assertThat(progress(run).epochs()).isEqualTo(10);
    }
  }

  @Test
  void aRunIsRunningWhileItIsOpenThenStoppedOrComplete() {
    Path path = temp.resolve("run");
    try (RunFolder run = open()) {
      run.beginTraining(0, 20, TrainingTime.NONE);
      assertThat(state(path)).isEqualTo(RunState.RUNNING);
    }
    assertThat(state(path)).isEqualTo(RunState.STOPPED);
    try (RunFolder run = open()) {
      run.complete(JSON.createObjectNode());
    }
    assertThat(state(path)).isEqualTo(RunState.COMPLETE).hasToString("complete");
    assertThat(path.resolve("progress.json")).doesNotExist();
  }

  @Test
  void anAdaptationIsCompleteWhenItsWorkIsTidiedAway() throws IOException {
    Path path = temp.resolve("run");
    try (RunFolder run = open()) {
      run.complete(JSON.createObjectNode());
    }
    Path work = Files.createDirectory(path.resolve(".adapt"));
    assertThat(state(path)).isEqualTo(RunState.STOPPED);
    Files.delete(work);
    assertThat(state(path)).isEqualTo(RunState.COMPLETE);
  }

  private static RunState state(Path path) {
    return RunState.of(path, RunRecord.read(path).orElseThrow());
  }
}
