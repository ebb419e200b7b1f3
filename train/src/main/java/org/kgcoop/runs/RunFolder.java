package org.kgcoop.runs;

import java.io.IOException;
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
import org.kgcoop.files.Json;
import org.kgcoop.files.LockedFile;

/**
 * The folder of a run. It contains {@code run.json} (resolved settings, provenance, state), {@code
 * events.jsonl} (one line per step and epoch), {@code checkpoint/}, {@code classifier.safetensors},
 * {@code results.json} and {@code predictions.json}. There are two generations of checkpoints, each
 * with the training time next to it; the newest valid one is used. The folder is locked while it is
 * open.
 */
public final class RunFolder implements AutoCloseable {
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
      Path path, Object settings, Object provenance, Consumer<String> warnings) {
    RunFolders.create(path);
    RunFolder folder = new RunFolder(path, RunFolders.lock(path), warnings);
    try {
      folder.refuseOthers();
      RunFolders.create(path.resolve("checkpoint"));
      folder.removeLeftovers();
      folder.begin(settings, provenance);
      return folder;
    } catch (RuntimeException | Error e) {
      folder.close();
      throw e;
    }
  }

  private void refuseOthers() {
    if (RunFolders.hasTags(path)) {
      throw KgCoopException.configuration(
          path + ": contains tags, which a run would replace; choose another --out");
    }
    if (!Files.exists(path.resolve(RunRecord.FILE))
        && Json.read(path.resolve(RunResults.FILE)).has("cells")) {
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

  private void begin(Object settings, Object provenance) {
    RunRecord now = RunRecord.begun(settings, provenance);
    RunRecord before = RunRecord.read(path).orElse(null);
    if (before == null) {
      deleteCheckpoints(); // their settings are unknown
      now.write(path);
      return;
    }
    List<String> differences = RunRecord.differences(before.settings(), now.settings());
    if (!differences.isEmpty()) {
      throw KgCoopException.configuration(
          ("%s: contains a run with other settings: %s; use the same settings to resume it, or choose"
                  + " another --out")
              .formatted(path, String.join(", ", differences)));
    }
    if (isComplete()) {
      deleteCheckpoints(); // if the process that completed it died before this step
    }
  }

  public Path path() {
    return path;
  }

  /** Returns true if the run has ended and its results are written. */
  public boolean isComplete() {
    return RunRecord.hasEnded(path);
  }

  /** Writes the results, ends the run and deletes its checkpoints. */
  public void complete(RunResults results, Predictions predictions) {
    Json.write(path.resolve(Predictions.FILE), predictions);
    complete(results);
  }

  /** Writes the results of a run without a method. */
  public void complete(Object results) {
    events.force();
    Json.write(path.resolve(RunResults.FILE), results);
    RunRecord.read(path).orElseThrow().completed().write(path);
    deleteCheckpoints();
  }

  // ---- checkpoints

  /**
   * Writes a checkpoint, and keeps the one before it.
   *
   * @param effort the training time of all steps up to it, which is stored next to it
   */
  public void save(Checkpoint checkpoint, TrainingTime effort) {
    Json.write(effortFile(checkpoint.step()), effort);
    String name = String.format(Locale.ROOT, "step-%09d.safetensors", checkpoint.step());
    Path file = path.resolve("checkpoint").resolve(name);
    events.force();
    checkpoint.write(file);
    List<Path> all = checkpoints();
    int own = all.indexOf(file);
    for (int i = 0; i < all.size(); i++) {
      // Later checkpoints are damaged; otherwise the run would have resumed from them.
      if (i > own || i <= own - GENERATIONS) {
        deleteCheckpoint(all.get(i));
      }
    }
  }

  /**
   * Returns the newest valid checkpoint. A damaged one causes a warning, and the next {@link #save}
   * deletes it.
   *
   * @throws KgCoopException of the category IO if one cannot be read now: it may be intact, so the
   *     run must not continue from an older one
   */
  public Optional<Checkpoint> newest() {
    List<Path> all = checkpoints();
    for (int i = all.size() - 1; i >= 0; i--) {
      try {
        return Optional.of(Checkpoint.read(all.get(i)));
      } catch (KgCoopException e) {
        if (e.category() != KgCoopException.Category.WEIGHTS) {
          throw e;
        }
        warnings.accept(e.getMessage() + " (the one before it is used)");
      }
    }
    return Optional.empty();
  }

  /** Returns the training time up to a checkpoint of this folder; none if unknown. */
  public TrainingTime effort(Checkpoint checkpoint) {
    return Json.read(effortFile(checkpoint.step()), TrainingTime.class).orElse(TrainingTime.NONE);
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

  private void deleteCheckpoints() {
    checkpoints().forEach(this::deleteCheckpoint);
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
