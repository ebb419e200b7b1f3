package org.kgcoop.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.JsonFiles;
import org.kgcoop.files.LockedFile;
import org.kgcoop.io.SealedFile;

/**
 * The folder of a run: {@code run.json} (settings as resolved, provenance, state), {@code
 * events.jsonl} (a line a step and an epoch), {@code checkpoint/} (two generations, the newest
 * valid one wins, each with the effort so far beside it), {@code classifier.safetensors}, {@code
 * results.json}, {@code predictions.json}; {@code progress.json} while it trains. Locked while it
 * is open.
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
   * Opens a run, new or begun.
   *
   * @param settings all that decides the outcome
   * @param provenance what else is worth knowing: fingerprints, versions
   * @throws KgCoopException where the folder cannot be written, is in use, or holds a run of other
   *     settings
   */
  public static RunFolder open(
      Path path, ObjectNode settings, ObjectNode provenance, Consumer<String> warnings) {
    create(path);
    RunFolder folder = new RunFolder(path, RunFolders.lock(path), warnings);
    try {
      folder.refuseTable();
      create(path.resolve("checkpoint"));
      folder.removeLeftovers();
      folder.begin(settings, provenance);
      return folder;
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private static void create(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw KgCoopException.io(
          folder + ": cannot be made a run folder: " + FileErrors.reason(e) + "; try another --out",
          e);
    }
  }

  private void refuseTable() {
    if (!Files.exists(path.resolve(RunRecord.FILE)) && results().has("rows")) {
      throw KgCoopException.configuration(
          path + ": holds the results of a table, which a run would replace; choose another --out");
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
      checkpoints().forEach(this::deleteCheckpoint); // of settings that nobody knows
      RunRecord.begun(settings, provenance).write(path);
      return;
    }
    List<String> differences = SettingsDifferences.between(before.settings(), parsed(settings));
    if (!differences.isEmpty()) {
      throw KgCoopException.configuration(
          path
              + ": holds a run of other settings: "
              + String.join(", ", differences)
              + "; use the same settings to go on with it, or another --out");
    }
    if (isComplete()) {
      deleteWhatWasForTraining(); // where the process that completed it came no further
    }
  }

  /** The JSON as it would be read back, so that 8 and 8.0 compare as they are written. */
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

  /** True if the run has ended and its results are written. */
  public boolean isComplete() {
    return RunRecord.read(path).map(RunRecord::isComplete).orElse(false)
        && Files.exists(path.resolve(RunResults.FILE));
  }

  /** Writes the results and ends the run; its checkpoints are not needed any more. */
  public void complete(RunResults results, Predictions predictions) {
    JsonFiles.write(path.resolve(Predictions.FILE), RunJson.tree(predictions));
    complete(RunJson.tree(results));
  }

  /** The same for what is no run of a method. */
  public void complete(ObjectNode results) {
    events.force();
    JsonFiles.write(path.resolve(RunResults.FILE), results);
    RunRecord.read(path).orElseThrow().completed().write(path);
    deleteWhatWasForTraining();
  }

  private void deleteWhatWasForTraining() {
    checkpoints().forEach(this::deleteCheckpoint);
    RunFolders.deleteFile(path.resolve(RunProgress.FILE));
  }

  /** The results as they are written; a missing node where there are none. */
  public JsonNode results() {
    return JsonFiles.read(path.resolve(RunResults.FILE));
  }

  // ---- checkpoints

  /**
   * Keeps a checkpoint and the one before it.
   *
   * @param effort of all steps up to it, which stands beside it
   */
  public void save(Checkpoint checkpoint, TrainingTime effort) {
    JsonFiles.write(effortFile(checkpoint.step()), effort.json());
    save(checkpoint);
  }

  /** Keeps a checkpoint and the one before it. */
  public void save(Checkpoint checkpoint) {
    String name = String.format(Locale.ROOT, "step-%09d.safetensors", checkpoint.step());
    Path file = path.resolve("checkpoint").resolve(name);
    events.force();
    SealedFile.write(file, checkpoint.tensors(), checkpoint.json());
    List<Path> all = checkpoints();
    int own = all.indexOf(file);
    for (int i = 0; i < all.size(); i++) {
      // Later ones were damaged, else the run would have gone on from them.
      if (i > own || i <= own - GENERATIONS) {
        deleteCheckpoint(all.get(i));
      }
    }
  }

  /** The newest valid checkpoint; a damaged one is warned of and passed over. */
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

  /** The effort of all steps up to a checkpoint of this folder; none where it is not known. */
  public TrainingTime effort(Checkpoint checkpoint) {
    return TrainingTime.of(JsonFiles.read(effortFile(checkpoint.step())));
  }

  private Path effortFile(long step) {
    return path.resolve("checkpoint").resolve("effort-" + step + ".json");
  }

  /**
   * Deletes a checkpoint that is not needed, or leaves it to the next time: Windows keeps a file
   * that was mapped until its memory is collected.
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

  /** The checkpoints there are, the oldest first. */
  private List<Path> checkpoints() {
    try (Stream<Path> files = Files.list(path.resolve("checkpoint"))) {
      return files
          .filter(f -> f.getFileName().toString().matches("step-\\d+\\.safetensors"))
          .sorted(Comparator.comparing(f -> f.getFileName().toString()))
          .toList();
    } catch (IOException e) {
      throw KgCoopException.io(path + ": cannot be listed: " + FileErrors.reason(e), e);
    }
  }

  /**
   * Says to those who look on that training begins, or goes on from a checkpoint.
   *
   * @param from the steps made before
   * @param steps those of the whole training
   * @param before the effort of the steps made before
   */
  public void beginTraining(long from, long steps, TrainingTime before) {
    RunProgress.begin(path, from, steps, before);
  }

  /** The steps and epochs so far. */
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
