package org.kgcoop.tables;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.RunRecord;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.RunState;
import org.kgcoop.runs.TargetResult;

/**
 * A run as its folder tells it.
 *
 * @param path its folder
 * @param name the same below the folder of all runs, with '/' between
 * @param protocol of the table it belongs to, else the command that made it; empty where neither is
 *     known
 * @param modified when its state last changed
 */
public record StoredRun(
    Path path,
    String name,
    String protocol,
    Instant modified,
    RunRecord record,
    RunResults results) {

  /**
   * The run of a folder; its protocol is the command that made it.
   *
   * @throws KgCoopException where it is none, or cannot be read
   */
  public static StoredRun read(Path folder, String name) {
    Path file = folder.resolve(RunRecord.FILE);
    try {
      StoredRun run =
          Files.exists(file) ? find(folder, name, Files.getLastModifiedTime(file)) : null;
      if (run == null) {
        throw KgCoopException.configuration(
            folder
                + ": no run of a method (expected run.json in it); './kgcoop runs' lists those"
                + " there are");
      }
      return run;
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be read: " + FileErrors.reason(e), e);
    }
  }

  /** Reads a run like {@link #read}; null where a folder holds no run of a method on a data set. */
  static @Nullable StoredRun find(Path folder, String name, FileTime written) {
    RunRecord record = RunRecord.read(folder).orElse(null);
    if (record == null || record.method().isEmpty() || !record.settings().path("data").isObject()) {
      return null; // such as a pre-training
    }
    List<String> command = record.command();
    String protocol = command.isEmpty() ? "" : command.get(0);
    Instant modified = Instant.ofEpochMilli(written.toMillis());
    return new StoredRun(folder, name, protocol, modified, record, RunResults.read(folder));
  }

  StoredRun withProtocol(String of) {
    return new StoredRun(path, name, of, modified, record, results);
  }

  /** True if it was ended; else a process still writes it, or it was stopped. */
  public boolean isComplete() {
    return record.isComplete();
  }

  /** The state at this moment. */
  public RunState state() {
    return RunState.of(path, record);
  }

  public String method() {
    return record.method();
  }

  /** The name of the data set that it learned from. */
  public String dataSet() {
    return record.dataSet();
  }

  /** Training images a class; 0 for all. */
  public int shots() {
    return record.shots();
  }

  /** The seed, or null where the run depends on none. */
  public @Nullable Long seed() {
    return record.seed();
  }

  /** All that decides its outcome, by names such as {@code method.weight}. */
  public Map<String, String> settings() {
    return record.namedSettings();
  }

  /** The counts on each part of its test images. */
  public List<TargetResult> targets() {
    return results.targets();
  }

  /** The accuracy that an adaptation expects of new images; empty for other runs. */
  public Optional<AdaptRecord.Interval> expected() {
    return AdaptRecord.read(path).map(AdaptRecord::expected);
  }

  /** H of its base and new accuracies; NaN where it lacks one. */
  public double harmonicMean() {
    return results.harmonicMean();
  }

  /** Milliseconds of training that an image takes; NaN where nothing was trained. */
  public double msPerImage() {
    return results.msPerImage();
  }

  /** The words of the command line that began it; empty where it is not known. */
  public List<String> command() {
    return record.command();
  }

  /** The folder from which the paths of the command start; empty where it is not known. */
  public String directory() {
    return record.directory();
  }
}
