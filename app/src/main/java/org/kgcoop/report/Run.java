package org.kgcoop.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.EventLog;
import org.kgcoop.runs.Predictions;
import org.kgcoop.runs.RunProgress;
import org.kgcoop.runs.RunRecord;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.RunState;

/**
 * The folder of a run or an adaptation. Its files are read when asked for; of hundreds of runs with
 * a hundred thousand test images only the counts are kept.
 */
final class Run {
  private final Path folder;
  private @Nullable RunResults results;
  private @Nullable RunState state;

  Run(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  static boolean isOne(Path folder) {
    return Files.isRegularFile(folder.resolve(RunRecord.FILE))
        || Files.isRegularFile(folder.resolve(AdaptRecord.FILE));
  }

  /** Settings, provenance and state. */
  RunRecord about() {
    return RunRecord.read(folder).orElse(RunRecord.NONE);
  }

  /** The state at the first call: the same all over a page. */
  RunState state() {
    RunState known = state;
    if (known == null) {
      known = RunState.of(folder, about());
      state = known;
    }
    return known;
  }

  /** The place that its training has come to. */
  RunProgress progress() {
    return RunProgress.read(folder, about());
  }

  /** True if steps of it are to come. */
  boolean isTraining() {
    RunProgress now = progress();
    return state() != RunState.COMPLETE && now.step() < now.steps();
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

  /** The curves of its steps, and of its epochs where something was validated. */
  RunCurves curves() {
    return RunCurves.read(folder.resolve(EventLog.FILE));
  }

  /** The files that a page is made of and that change while a run goes on. */
  List<Path> files() {
    return List.of(
        folder.resolve(RunRecord.FILE),
        folder.resolve(AdaptRecord.FILE),
        folder.resolve(RunProgress.FILE),
        folder.resolve(EventLog.FILE),
        folder.resolve(RunResults.FILE));
  }
}
