package org.kgcoop.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.io.StoredTensor;

class RunFolderTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<String> warnings = new ArrayList<>();
  @TempDir Path temp;

  private Path path() {
    return temp.resolve("run");
  }

  private static ObjectNode settings(double weight) {
    ObjectNode settings = JSON.createObjectNode();
    settings.putObject("method").put("method", "kgcoop").put("weight", weight);
    return settings.put("seed", 1);
  }

  private RunFolder open(double weight) {
    return RunFolder.open(path(), settings(weight), JSON.createObjectNode(), warnings::add);
  }

  private static Checkpoint checkpoint(long step) {
    StoredTensor values = StoredTensor.ofFloats("ctx", new long[] {2}, (float) step, 0);
    Map<String, StoredTensor> ctx = Map.of("ctx", values);
    return new Checkpoint((int) step, 1, step, 12.5, ctx, ctx, Map.of("exp_avg/0", values));
  }

  private static Path file(Path run, long step) {
    String name = String.format(Locale.ROOT, "step-%09d.safetensors", step);
    return run.resolve("checkpoint").resolve(name);
  }

  private long newestStep() {
    try (RunFolder folder = open(8)) {
      return folder.newest().map(Checkpoint::step).orElse(-1L);
    }
  }

  private static void flip(Path file, int position, int bit) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[position] ^= (byte) (1 << bit);
    Files.write(file, bytes);
  }

  // ---- opening

  @Test
  void rejectsAFolderInUseUntilItIsClosed() {
    try (RunFolder first = open(8)) {
      assertThat(first.path()).isEqualTo(path());
      assertThatThrownBy(() -> open(8).close())
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("in use by another run")
          .extracting(e -> ((KgCoopException) e).category())
          .isEqualTo(KgCoopException.Category.IO);
      // The rejection deleted nothing.
      assertThatThrownBy(() -> open(8).close()).hasMessageContaining("in use by another run");
    }
    open(8).close();
  }

  @Test
  void otherSettingsAreRefusedAndTheDifferenceNamed() {
    open(8).close();
    assertThatThrownBy(() -> open(4).close())
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("method.weight was 8.0, is 4.0")
        .hasMessageContaining("another --out")
        .hasMessageNotContaining("seed");
    // The rejection left the folder unlocked and unchanged.
    open(8).close();
    ObjectNode more = settings(8);
    more.put("precision", "bf16").remove("seed");
    assertThatThrownBy(
            () -> RunFolder.open(path(), more, JSON.createObjectNode(), warnings::add).close())
        .hasMessageContaining("seed was 1, is missing")
        .hasMessageContaining("precision was missing, is \"bf16\"");
  }

  @Test
  void anotherProvenanceIsTheSameRun() throws IOException {
    open(8).close();
    String before = Files.readString(path().resolve("run.json"));
    RunFolder.open(path(), settings(8), JSON.createObjectNode().put("java", "25"), warnings::add)
        .close();
    assertThat(Files.readString(path().resolve("run.json"))).isEqualTo(before);
  }

  @Test
  void aPlaceThatIsNoFolderIsAnErrorOfTheFileSystem() throws IOException {
    Files.writeString(path(), "a file");
    assertThatThrownBy(() -> open(8).close())
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("cannot be made a run folder")
        .hasMessageContaining("try another --out")
        .extracting(e -> ((KgCoopException) e).category())
        .isEqualTo(KgCoopException.Category.IO);
  }

  @Test
  void theErrorOfADamagedRunJsonHasAFix() throws IOException {
    open(8).close();
    Files.writeString(path().resolve("run.json"), "{\"settings\": {");
    assertThatThrownBy(() -> open(8).close())
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("run.json: damaged in line 1")
        .hasMessageContaining("delete it and run the command that made it again");
  }

  @Test
  void withoutItsRunJsonARunBeginsAgain() throws IOException {
    try (RunFolder folder = open(8)) {
      folder.save(checkpoint(3), TrainingTime.NONE);
    }
    Files.delete(path().resolve("run.json"));

    try (RunFolder folder = open(9)) {
      assertThat(folder.newest()).isEmpty();
    }
  }

  @Test
  void aTableIsNotReplacedByARun() throws IOException {
    Files.createDirectories(path());
    Files.writeString(path().resolve("results.json"), "{\"cells\": []}");

    assertThatThrownBy(() -> open(8).close())
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("contains the results of a table");
    assertThat(path().resolve("run.json")).doesNotExist();
    assertThat(path().resolve("checkpoint")).doesNotExist();
  }

  @Test
  void leftoversOfADeadProcessAreRemoved() throws IOException {
    open(8).close();
    Path one = Files.writeString(path().resolve(".results.json.123.tmp"), "half");
    Path two =
        Files.writeString(path().resolve("checkpoint/.step-000000001.safetensors.1.tmp"), "half");
    Path own = Files.writeString(path().resolve("notes.tmp"), "the user's");
    open(8).close();
    assertThat(one).doesNotExist();
    assertThat(two).doesNotExist();
    assertThat(own).exists();
  }

  // ---- checkpoints

  @Test
  void aCheckpointIsReadAsItWasWritten() {
    try (RunFolder folder = open(8)) {
      folder.save(checkpoint(3), TrainingTime.NONE);
      Checkpoint read = folder.newest().orElseThrow();
      assertThat(read.epoch()).isEqualTo(3);
      assertThat(read.batch()).isEqualTo(1);
      assertThat(read.step()).isEqualTo(3);
      assertThat(read.bestAccuracy()).isEqualTo(12.5);
      assertThat(read.parameters().keySet()).containsExactly("ctx");
      assertThat(read.averaged().keySet()).containsExactly("ctx");
      assertThat(read.optimizer().keySet()).containsExactly("exp_avg/0");
      assertThat(read.optimizer().values())
          .allSatisfy(buffer -> assertThat(buffer.toFloats()).containsExactly(3, 0));
    }
  }

  @Test
  void twoGenerationsAreKept() {
    try (RunFolder folder = open(8)) {
      assertThat(folder.newest()).isEmpty();
      for (long step : new long[] {5, 10, 15}) {
        folder.save(checkpoint(step), TrainingTime.NONE);
      }
    }
    assertThat(file(path(), 5)).doesNotExist();
    assertThat(file(path(), 10)).exists();
    assertThat(newestStep()).isEqualTo(15);
  }

  @Test
  void anOldCheckpointThatCannotBeDeletedYetStopsNoRun() throws IOException {
    try (RunFolder folder = open(8)) {
      // A folder with content represents a mapped file on Windows, which cannot be deleted.
      Path kept = Files.createDirectories(file(path(), 1).resolve("kept"));
      for (long step : new long[] {5, 10}) {
        folder.save(checkpoint(step), TrainingTime.NONE);
      }
      assertThat(folder.newest().orElseThrow().step()).isEqualTo(10);
      Files.delete(kept);
      folder.save(checkpoint(15), TrainingTime.NONE);
    }
    assertThat(file(path(), 1)).doesNotExist();
    assertThat(file(path(), 5)).doesNotExist();
    assertThat(file(path(), 10)).exists();
  }

  @Test
  void theTrainingTimeIsNextToItsCheckpointAndDeletedWithIt() {
    try (RunFolder folder = open(8)) {
      for (long step : new long[] {5, 10, 15}) {
        folder.save(checkpoint(step), new TrainingTime(4 * step, step / 2.0, step, step / 4.0));
      }
      assertThat(folder.effort(checkpoint(5))).isEqualTo(TrainingTime.NONE);
      assertThat(folder.effort(checkpoint(10))).isEqualTo(new TrainingTime(40, 5, 10, 2.5));
      assertThat(folder.effort(folder.newest().orElseThrow()))
          .isEqualTo(new TrainingTime(60, 7.5, 15, 3.75));
      folder.complete(JSON.createObjectNode());
    }
    assertThat(path().resolve("checkpoint")).isEmptyDirectory();
  }

  @Test
  void fallsBackToTheCheckpointBefore() throws IOException {
    try (RunFolder folder = open(8)) {
      folder.save(checkpoint(5), TrainingTime.NONE);
      folder.save(checkpoint(10), TrainingTime.NONE);
    }
    Files.write(file(path(), 10), new byte[] {1, 2, 3});
    assertThat(newestStep()).isEqualTo(5);
    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0)).contains("step-000000010").contains("the one before it is used");
  }

  @Test
  void startsAgainAfterTwoDamagedCheckpoints() throws IOException {
    try (RunFolder folder = open(8)) {
      folder.save(checkpoint(5), TrainingTime.NONE);
      folder.save(checkpoint(10), TrainingTime.NONE);
    }
    Files.write(file(path(), 5), new byte[0]);
    Files.write(file(path(), 10), new byte[100]);
    assertThat(newestStep()).isEqualTo(-1);
    assertThat(warnings).hasSize(2);
  }

  @Test
  void aCheckpointThatCannotBeReadNowStopsTheRunAndIsKept() throws IOException {
    try (RunFolder folder = open(8)) {
      folder.save(checkpoint(5), TrainingTime.NONE);
      folder.save(checkpoint(10), TrainingTime.NONE);
    }
    // A link to itself represents a file system that does not answer: its error is no damage.
    Path saved = Files.move(file(path(), 10), temp.resolve("saved"));
    Files.createSymbolicLink(file(path(), 10), file(path(), 10));
    try (RunFolder folder = open(8)) {
      assertThatThrownBy(folder::newest)
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("step-000000010")
          .extracting(e -> ((KgCoopException) e).category())
          .isEqualTo(KgCoopException.Category.IO);
    }
    Files.delete(file(path(), 10));
    Files.move(saved, file(path(), 10));
    assertThat(newestStep()).isEqualTo(10);
    assertThat(warnings).isEmpty();
  }

  @Test
  void aCheckpointSavedAfterDamageIsFound() throws IOException {
    try (RunFolder folder = open(8)) {
      folder.save(checkpoint(10), TrainingTime.NONE);
      folder.save(checkpoint(20), TrainingTime.NONE);
    }
    Files.write(file(path(), 10), new byte[0]);
    Files.write(file(path(), 20), new byte[0]);
    // The run begins again, and is interrupted before it reaches the old steps.
    try (RunFolder folder = open(8)) {
      assertThat(folder.newest()).isEmpty();
      folder.save(checkpoint(3), TrainingTime.NONE);
    }
    assertThat(newestStep()).isEqualTo(3);
  }

  @Test
  void noticesEachFlippedBitOfACheckpoint() throws IOException {
    try (RunFolder folder = open(8)) {
      folder.save(checkpoint(5), TrainingTime.NONE);
    }
    Path file = file(path(), 5);
    int length = (int) Files.size(file);
    try (RunFolder folder = open(8)) {
      for (int i = 0; i < length; i++) {
        // A flip writes the file twice, so flip two bits per byte. Four bytes cover all eight bits.
        for (int bit : new int[] {2 * i % 8, (2 * i + 1) % 8}) {
          flip(file, i, bit);
          Optional<Checkpoint> read = folder.newest();
          flip(file, i, bit);
          assertThat(read).as("byte %d, bit %d", i, bit).isEmpty();
        }
      }
      assertThat(folder.newest()).isPresent();
    }
  }

  // ---- events

  private List<String> events() throws IOException {
    return Files.readAllLines(path().resolve("events.jsonl"));
  }

  @Test
  void dropsEventsOfRepeatedSteps() throws IOException {
    try (RunFolder folder = open(8)) {
      for (int step = 1; step <= 4; step++) {
        folder.events().append(JSON.createObjectNode().put("step", step).put("loss", 0.5));
      }
    }
    try (RunFolder folder = open(8)) {
      folder.events().rewind(2);
      folder.events().append(JSON.createObjectNode().put("step", 3).put("loss", 0.25));
    }
    assertThat(events())
        .containsExactly(
            "{\"step\":1,\"loss\":0.5}", "{\"step\":2,\"loss\":0.5}", "{\"step\":3,\"loss\":0.25}");
  }

  @Test
  void aHalfWrittenLastLineIsDropped() throws IOException {
    try (RunFolder folder = open(8)) {
      folder.events().append(JSON.createObjectNode().put("step", 1));
      folder.events().append(JSON.createObjectNode().put("step", 2));
    }
    for (String half : List.of("{\"step\":3,\"lo", "{\"st\u00e9", "{", "12")) {
      Files.write(
          path().resolve("events.jsonl"),
          half.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1),
          java.nio.file.StandardOpenOption.APPEND);
      try (RunFolder folder = open(8)) {
        folder.events().rewind(10);
      }
      assertThat(events()).containsExactly("{\"step\":1}", "{\"step\":2}");
    }
  }

  @Test
  void acceptsARunWithoutEvents() {
    try (RunFolder folder = open(8)) {
      folder.events().rewind(0);
    }
    assertThat(path().resolve("events.jsonl")).doesNotExist();
  }

  // ---- the end

  @Test
  void aCompleteRunHasResultsAndNoCheckpoints() throws IOException {
    try (RunFolder folder = open(8)) {
      assertThat(folder.isComplete()).isFalse();
      folder.save(checkpoint(5), TrainingTime.NONE);
      folder.complete(JSON.createObjectNode().put("accuracy", 50));
      assertThat(folder.isComplete()).isTrue();
    }
    assertThat(file(path(), 5)).doesNotExist();
    JsonNode run = JSON.readTree(path().resolve("run.json").toFile());
    assertThat(run.path("state").asText()).isEqualTo("complete");
    assertThat(run.path("settings").path("seed").asInt()).isEqualTo(1);
    try (RunFolder folder = open(8)) {
      JsonNode results = JSON.readTree(folder.path().resolve("results.json").toFile());
      assertThat(results.path("accuracy").asInt()).isEqualTo(50);
    }
    // Without its results it is not complete.
    Files.delete(path().resolve("results.json"));
    try (RunFolder folder = open(8)) {
      assertThat(folder.isComplete()).isFalse();
    }
  }
}
