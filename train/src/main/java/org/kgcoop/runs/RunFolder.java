package org.kgcoop.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;
import org.kgcoop.files.JsonFiles;
import org.kgcoop.files.LockedFile;
import org.kgcoop.io.SealedFile;

/**
 * The folder of a run. It contains {@code run.json} (resolved settings, provenance, state), {@code
 * events.jsonl} (one line per step and epoch), {@code checkpoint/}, {@code classifier.safetensors},
 * {@code results.json} and {@code predictions.json}. There are two generations of checkpoints, each
 * with the training time next to it; the newest valid one is used. The folder is locked while it is
 * open.
 */
public final class RunFolder implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int GENERATIONS = 2;

  private final Path path;
  private final LockedFile lock;
  private final Consumer<String> warnings;
  private final EventLog events;

  private RunFolder(Path path, LockedFile lock, Consumer<String> warnings) {
    this.path = path;
    this.lock = lock;
    this.warnings = warnings;
    this.events = new EventLog(path);
  }

  /**
   * Opens a new or existing run.
   *
   * @param settings the settings that determine the result
   * @param provenance other information: fingerprints, versions
   * @throws KgCoopException if the folder cannot be written, is in use, or contains a run with
   *     other settings
   */
  public static RunFolder open(
      Path path, ObjectNode settings, ObjectNode provenance, Consumer<String> warnings) {
    RunFolders.create(path);
    RunFolder folder = new RunFolder(path, RunFolders.lock(path), warnings);
    try {
      folder.refuseTable();
      RunFolders.create(path.resolve("checkpoint"));
      folder.removeLeftovers();
      folder.begin(settings, provenance);
      return folder;
    } catch (RuntimeException | Error e) {
      folder.close();
      throw e;
    }
  }

  private void refuseTable() {
    if (!Files.exists(path.resolve(RunRecord.FILE)) && results().has("cells")) {
      throw KgCoopException.configuration(
          path
              + ": contains the results of a table, which a run would replace; choose another --out");
    }
  }

  private void removeLeftovers() {
    for (Path folder : List.of(path, path.resolve("checkpoint"))) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          if (file.getFileName().toString().matches("\\..*\\.tmp")) {
            Files.deleteIfExists(file);
          }
        }
      } catch (IOException e) {
        throw KgCoopException.io(folder + ": cannot be tidied: " + FileErrors.reason(e), e);
      }
    }
  }

  private void begin(ObjectNode settings, ObjectNode provenance) {
    RunRecord before = RunRecord.read(path).orElse(null);
    if (before == null) {
      checkpoints().forEach(this::deleteCheckpoint); // their settings are unknown
      RunRecord.begun(settings, provenance).write(path);
      return;
    }
    List<String> differences = SettingsDifferences.between(before.settings(), parsed(settings));
    if (!differences.isEmpty()) {
      throw KgCoopException.configuration(
          path
              + ": contains a run with other settings: "
              + String.join(", ", differences)
              + "; use the same settings to resume it, or choose another --out");
    }
    if (isComplete()) {
      checkpoints()
          .forEach(
              this::deleteCheckpoint); // if the process that completed it died before this step
    }
  }

  /** Parses the written JSON, so that 8 and 8.0 compare as in the file. */
  private static JsonNode parsed(ObjectNode node) {
    try {
      return JSON.readTree(node.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path path() {
    return path;
  }

  /** Returns true if the run has ended and its results are written. */
  public boolean isComplete() {
    return RunRecord.read(path).map(RunRecord::isComplete).orElse(false)
        && Files.exists(path.resolve(RunResults.FILE));
  }

  /** Writes the results, ends the run and deletes its checkpoints. */
  public void complete(RunResults results, Predictions predictions) {
    JsonFiles.write(path.resolve(Predictions.FILE), RunJson.tree(predictions));
    complete(RunJson.tree(results));
  }

  /** Writes the results of a run without a method. */
  public void complete(ObjectNode results) {
    events.force();
    JsonFiles.write(path.resolve(RunResults.FILE), results);
    RunRecord.read(path).orElseThrow().completed().write(path);
    checkpoints().forEach(this::deleteCheckpoint);
  }

  /** Returns the results as written; a missing node if there are none. */
  public JsonNode results() {
    return JsonFiles.read(path.resolve(RunResults.FILE));
  }

  // ---- checkpoints

  /**
   * Writes a checkpoint, and keeps the one before it.
   *
   * @param effort the training time of all steps up to it, which is stored next to it
   */
  public void save(Checkpoint checkpoint, TrainingTime effort) {
    JsonFiles.write(effortFile(checkpoint.step()), RunJson.tree(effort));
    save(checkpoint);
  }

  /** Writes a checkpoint, and keeps the one before it. */
  public void save(Checkpoint checkpoint) {
    String name = String.format(Locale.ROOT, "step-%09d.safetensors", checkpoint.step());
    Path file = path.resolve("checkpoint").resolve(name);
    events.force();
    SealedFile.write(file, checkpoint.tensors(), checkpoint.json());
    List<Path> all = checkpoints();
    int own = all.indexOf(file);
    for (int i = 0; i < all.size(); i++) {
      // Later checkpoints are damaged; otherwise the run would have resumed from them.
      if (i > own || i <= own - GENERATIONS) {
        deleteCheckpoint(all.get(i));
      }
    }
  }

  /** Returns the newest valid checkpoint. A damaged one causes a warning. */
  public Optional<Checkpoint> newest() {
    List<Path> all = checkpoints();
    for (int i = all.size() - 1; i >= 0; i--) {
      try {
        return Optional.of(Checkpoint.read(all.get(i)));
      } catch (KgCoopException e) {
        warnings.accept(e.getMessage() + " (the one before it is used)");
      }
    }
    return Optional.empty();
  }

  /** Returns the training time up to a checkpoint of this folder; none if unknown. */
  public TrainingTime effort(Checkpoint checkpoint) {
    return RunJson.read(effortFile(checkpoint.step()), TrainingTime.class)
        .orElse(TrainingTime.NONE);
  }

  private Path effortFile(long step) {
    return path.resolve("checkpoint").resolve("effort-" + step + ".json");
  }

  /**
   * Deletes an obsolete checkpoint, or leaves it for a later attempt. Windows keeps a mapped file
   * until its memory is collected.
   */
  private void deleteCheckpoint(Path file) {
    RunFolders.deleteFile(
        effortFile(Long.parseLong(file.getFileName().toString().replaceAll("\\D", ""))));
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      return;
    }
  }

  /** Returns the checkpoints, oldest first. */
  private List<Path> checkpoints() {
    return Folders.list(
        path.resolve("checkpoint"), file -> Folders.name(file).matches("step-\\d+\\.safetensors"));
  }

  /** Returns the log of steps and epochs. */
  public EventLog events() {
    return events;
  }

  @Override
  public void close() {
    try {
      events.close();
      lock.close();
    } catch (IOException e) {
      throw KgCoopException.io(path + ": cannot be closed: " + FileErrors.reason(e), e);
    }
  }
}
