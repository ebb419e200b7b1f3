package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.JsonFiles;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.Predictions;
import org.kgcoop.runs.RunRecord;
import org.kgcoop.runs.RunResults;

/**
 * The folder of a run. Its files are read when asked for; of hundreds of runs with a hundred
 * thousand test images only the counts are kept.
 */
final class Run {
  private final Path folder;
  private @Nullable RunResults results;

  Run(Path folder) {
    this.folder = folder;
  }

  static boolean isOne(Path folder) {
    return Files.isRegularFile(folder.resolve(RunRecord.FILE));
  }

  /** Settings, provenance and state. */
  RunRecord about() {
    return RunRecord.read(folder).orElse(RunRecord.NONE);
  }

  RunResults results() {
    RunResults known = results;
    if (known == null) {
      known = RunResults.read(folder);
      results = known;
    }
    return known;
  }

  /** The adaptation that chose its method, if one did. */
  Optional<AdaptRecord> adaptation() {
    return AdaptRecord.read(folder);
  }

  Predictions predictions() {
    return Predictions.read(folder);
  }

  /** Seconds of training; NaN where nothing was trained. */
  double seconds() {
    RunResults.Training training = results().training();
    return training == null ? Double.NaN : training.seconds();
  }

  /** A line a step, and a line an epoch where something was validated. */
  List<JsonNode> events() {
    return JsonFiles.readLines(folder.resolve("events.jsonl"));
  }
}
