package org.kgcoop.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.io.AtomicFile;
import org.kgcoop.io.LockedFile;
import org.kgcoop.io.SealedFile;

/**
 * The folder of a run: {@code run.json} (settings as resolved, provenance, state), {@code
 * events.jsonl} (a line a step and an epoch), {@code checkpoint/} (two generations, the newest
 * valid one wins), {@code prompt.safetensors}, {@code results.json}. Locked while it is open.
 */
public final class RunFolder implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int GENERATIONS = 2;

  /** The file with settings, provenance and state: a folder that has none is no run. */
  public static final String RUN = "run.json";

  /** What came of it. */
  static final String RESULTS = "results.json";

  private static final String COMPLETE = "complete";

  /** The file that is locked while a run is open. */
  static final String LOCK = ".lock";

  private final Path path;
  private final LockedFile lock;
  private final Consumer<String> warnings;
  private final EventLog events;

  private RunFolder(Path path, LockedFile lock, Consumer<String> warnings) {
    this.path = path;
    this.lock = lock;
    this.warnings = warnings;
    this.events = new EventLog(path.resolve("events.jsonl"));
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
    try {
      Files.createDirectories(path.resolve("checkpoint"));
    } catch (IOException e) {
      throw KgCoopException.io(
          path + ": cannot be made a run folder: " + reason(e) + "; try another --out", e);
    }
    RunFolder folder = new RunFolder(path, lock(path), warnings);
    try {
      folder.removeLeftovers();
      folder.begin(settings, provenance);
      return folder;
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  /** Keeps other threads and processes out until it is closed. */
  static LockedFile lock(Path path) {
    try {
      return LockedFile.tryOpen(path.resolve(LOCK))
          .orElseThrow(
              () ->
                  new KgCoopException(
                      KgCoopException.Category.IO,
                      path + ": in use by another run; wait for it, or choose another --out"));
    } catch (IOException e) {
      throw KgCoopException.io(
          path + ": cannot be written: " + reason(e) + "; try another --out", e);
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
        throw KgCoopException.io(folder + ": cannot be tidied: " + reason(e), e);
      }
    }
  }

  private void begin(ObjectNode settings, ObjectNode provenance) {
    Path file = path.resolve(RUN);
    if (!Files.exists(file)) {
      ObjectNode run = JSON.createObjectNode();
      run.set("settings", settings);
      run.set("provenance", provenance);
      run.put("state", "running");
      writeJson(RUN, run);
      return;
    }
    JsonNode before = readJson(RUN).path("settings");
    List<String> differences = SettingsDifferences.between(before, parsed(settings));
    if (!differences.isEmpty()) {
      throw KgCoopException.configuration(
          path
              + ": holds a run of other settings: "
              + String.join(", ", differences)
              + "; use the same settings to go on with it, or another --out");
    }
  }

  /** As it would be read back, so that 8 and 8.0 compare as they are written. */
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

  public Path promptFile() {
    return path.resolve("prompt.safetensors");
  }

  /** Whether the run was ended and its results written. */
  public boolean isComplete() {
    return isComplete(readJson(RUN)) && Files.exists(path.resolve(RESULTS));
  }

  static boolean isComplete(JsonNode run) {
    return run.path("state").asText().equals(COMPLETE);
  }

  /** Writes the results and ends the run; its checkpoints are not needed any more. */
  public void complete(ObjectNode results) {
    writeJson(RESULTS, results);
    ObjectNode run = (ObjectNode) readJson(RUN);
    run.put("state", COMPLETE);
    writeJson(RUN, run);
    for (Path file : checkpoints()) {
      delete(file);
    }
  }

  public JsonNode results() {
    return readJson(RESULTS);
  }

  // ---- checkpoints

  /** Keeps a checkpoint and the one before it. */
  public void save(Checkpoint checkpoint) {
    Path file =
        path.resolve("checkpoint").resolve("step-%09d.safetensors".formatted(checkpoint.step()));
    SealedFile.write(file, checkpoint.tensors(), checkpoint.json());
    List<Path> all = checkpoints();
    int own = all.indexOf(file);
    for (int i = 0; i < all.size(); i++) {
      // Later ones were damaged, else the run would have gone on from them.
      if (i > own || i <= own - GENERATIONS) {
        delete(all.get(i));
      }
    }
  }

  /** The newest valid checkpoint; a damaged one is warned of and passed over. */
  public Optional<Checkpoint> newest() {
    List<Path> all = checkpoints();
    for (int i = all.size() - 1; i >= 0; i--) {
      try {
        return Optional.of(Checkpoint.of(SealedFile.read(all.get(i), "checkpoint")));
      } catch (KgCoopException e) {
        warnings.accept(e.getMessage() + " (the one before it is used)");
      }
    }
    return Optional.empty();
  }

  /** The checkpoints there are, the oldest first. */
  private List<Path> checkpoints() {
    try (Stream<Path> files = Files.list(path.resolve("checkpoint"))) {
      return files
          .filter(f -> f.getFileName().toString().matches("step-\\d+\\.safetensors"))
          .sorted(Comparator.comparing(f -> f.getFileName().toString()))
          .toList();
    } catch (IOException e) {
      throw KgCoopException.io(path + ": cannot be listed: " + reason(e), e);
    }
  }

  /** The steps and epochs so far. */
  public EventLog events() {
    return events;
  }

  // ---- files

  private void writeJson(String name, JsonNode content) {
    AtomicFile.write(
        path.resolve(name),
        out ->
            out.write(
                (JSON.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n")
                    .getBytes(StandardCharsets.UTF_8)));
  }

  private JsonNode readJson(String name) {
    Path file = path.resolve(name);
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw KgCoopException.io(
          file + ": cannot be read: " + reason(e) + "; delete the run folder to begin again", e);
    }
  }

  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be deleted: " + reason(e), e);
    }
  }

  static String reason(IOException e) {
    String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return e.getClass().getSimpleName().replace("Exception", "") + " " + message;
  }

  @Override
  public void close() {
    try {
      events.close();
      lock.close();
    } catch (IOException e) {
      throw KgCoopException.io(path + ": cannot be closed: " + reason(e), e);
    }
  }
}
