package org.kgcoop.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.JsonFiles;

/**
 * The progress of a training run, read from its folder.
 *
 * <p>When training begins or resumes, {@code progress.json} is written once with the first step.
 * The log grows from there. Neither contains a time of day, so that equal runs have equal logs. The
 * times of the start and of the last step are those of the files.
 *
 * @param step the number of finished steps
 * @param steps the number of steps of the training; 0 if it has not begun
 * @param epoch the epoch of the last step, from 1; 0 before the first
 * @param epochs the number of epochs of the training; 0 if unknown
 * @param lastStep the time of the last step; null before the first
 * @param seconds the training time up to the last step, including earlier attempts
 * @param secondsToGo the estimated time from the last step on, at the speed since training began or
 *     resumed; NaN before the first step
 */
public record RunProgress(
    long step,
    long steps,
    int epoch,
    int epochs,
    @Nullable Instant lastStep,
    double seconds,
    double secondsToGo) {

  /** The name of the file in the folder of a run during training. */
  public static final String FILE = "progress.json";

  private static final String STEPS = "steps";
  private static final String FROM = "from";
  private static final String SECONDS = "seconds";

  /**
   * Records that training begins or resumes.
   *
   * @param from the number of earlier steps
   * @param steps the number of steps of the training
   * @param before the training time of the earlier steps
   */
  static void begin(Path folder, long from, long steps, TrainingTime before) {
    JsonFiles.write(
        folder.resolve(FILE),
        JsonNodeFactory.instance
            .objectNode()
            .put(STEPS, steps)
            .put(FROM, from)
            .put(SECONDS, before.seconds()));
  }

  /**
   * Reads the progress from a run's folder. Unreadable files are ignored, so that pages of many
   * runs show the others.
   *
   * @param record the record of the same run
   */
  public static RunProgress read(Path folder, RunRecord record) {
    JsonNode begun = readable(() -> JsonFiles.read(folder.resolve(FILE)));
    JsonNode last = readable(() -> EventLog.last(folder));
    int epochs = record.settings().path("training").path("epochs").asInt();
    long step = last.path("step").asLong();
    long steps = begun.path(STEPS).asLong();
    long made = step - begun.path(FROM).asLong();
    Instant lastStep = step == 0 ? null : modified(folder.resolve(EventLog.FILE));
    Instant start = modified(folder.resolve(FILE));
    double seconds =
        lastStep == null || start == null || made <= 0
            ? 0
            : Math.max(0, Duration.between(start, lastStep).toMillis() / 1e3);
    return new RunProgress(
        step,
        steps,
        last.path("epoch").asInt(),
        epochs,
        lastStep,
        begun.path(SECONDS).asDouble() + seconds,
        seconds > 0 && steps > 0 ? seconds / made * Math.max(0, steps - step) : Double.NaN);
  }

  private static JsonNode readable(Supplier<JsonNode> file) {
    try {
      return file.get();
    } catch (KgCoopException e) {
      return MissingNode.getInstance();
    }
  }

  private static @Nullable Instant modified(Path file) {
    try {
      return Files.getLastModifiedTime(file).toInstant();
    } catch (IOException e) {
      return null; // missing, or just deleted
    }
  }
}
