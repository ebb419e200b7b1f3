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
 * The place that the training of a run has come to, read from its folder while it goes on.
 *
 * <p>Where training begins or goes on, {@code progress.json} is written once and says from which
 * step; the log grows from there. No time of day stands in either: when training began and when the
 * last step was made, the files themselves tell, so that equal runs have equal logs.
 *
 * @param step the steps made
 * @param steps those of the whole training; 0 where it has not begun
 * @param epoch of the last step, from 1; 0 before the first
 * @param epochs of the whole training; 0 where that is not known
 * @param lastStep when the last step was made; null before the first
 * @param seconds of training up to the last step, earlier sittings included
 * @param secondsToGo from the last step on, if the rest takes as long a step as those of this
 *     sitting took; NaN where none was made
 */
public record RunProgress(
    long step,
    long steps,
    int epoch,
    int epochs,
    @Nullable Instant lastStep,
    double seconds,
    double secondsToGo) {

  /** The file in the folder of a run that trains. */
  public static final String FILE = "progress.json";

  private static final String STEPS = "steps";
  private static final String FROM = "from";
  private static final String SECONDS = "seconds";

  /**
   * Says that training begins or goes on.
   *
   * @param from the steps made before
   * @param steps those of the whole training
   * @param before the effort of the steps made before
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
   * Reads that of a run's folder. A file that cannot be read tells nothing: pages of many runs show
   * the others.
   *
   * @param record the beginning of the same run
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
      return null; // not there, or not there any more
    }
  }
}
