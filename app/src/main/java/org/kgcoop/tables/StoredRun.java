package org.kgcoop.tables;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.Predictions;
import org.kgcoop.runs.RunRecord;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.RunState;
import org.kgcoop.runs.TableCell;
import org.kgcoop.runs.TableResults;
import org.kgcoop.runs.TargetResult;

/**
 * A stored run or adaptation: its folder, its results in a table, or both. Files are read on first
 * use, and each only once. Only counts stay in memory, because a table may have hundreds of runs
 * with many test images.
 */
public final class StoredRun {
  private final @Nullable Path path;
  private final String name;
  private final String protocol;
  private final Set<String> planned;

  // These are null until their files are read.
  private @Nullable TableCell cell;
  private @Nullable RunRecord record;
  private @Nullable RunResults results;
  private @Nullable RunState state;

  private StoredRun(@Nullable Path path, String name, @Nullable TableCell cell) {
    this(path, name, "", Set.of());
    this.cell = cell;
  }

  private StoredRun(@Nullable Path path, String name, String protocol, Set<String> planned) {
    this.path = path;
    this.name = name;
    this.protocol = protocol;
    this.planned = planned;
  }

  /** Returns the run or adaptation of a folder. The folder does not have to exist yet. */
  public static StoredRun of(Path folder) {
    return new StoredRun(folder, folder.toString(), null);
  }

  /**
   * Returns a run of a table. A table from another machine must not refer to folders outside its
   * own.
   *
   * @param table the folder of the table
   */
  public static StoredRun of(TableCell cell, Path table) {
    Path run = table.resolve(cell.run()).normalize();
    boolean isBelow = !cell.run().isEmpty() && run.startsWith(table.normalize());
    return new StoredRun(isBelow ? run : null, cell.run(), cell);
  }

  /**
   * Reads the run in a folder. Its protocol is the command that started it.
   *
   * @throws KgCoopException if the folder is not a run or cannot be read
   */
  public static StoredRun read(Path folder, String name) {
    StoredRun run = find(folder, name);
    if (run == null) {
      throw KgCoopException.configuration(
          folder
              + ": no run of a method (expected run.json in it); './kgcoop runs' lists those"
              + " there are");
    }
    return run;
  }

  /** Reads a run like {@link #read}. Returns null if it is no run of a method on a data set. */
  static @Nullable StoredRun find(Path folder, String name) {
    RunRecord record = RunRecord.read(folder).orElse(null);
    if (record == null || record.method().isEmpty() || !record.settings().path("data").isObject()) {
      return null; // for example, a run of another program
    }
    String protocol = record.command().isEmpty() ? "" : record.command().get(0);
    StoredRun run = new StoredRun(folder, name, protocol, Set.of());
    run.record = record;
    run.results = RunResults.read(folder);
    return run;
  }

  /** Returns the run with its table's protocol, and the settings that it gives several values. */
  StoredRun inTable(TableResults table) {
    StoredRun run = new StoredRun(path, name, table.protocol(), table.varied(method()));
    run.record = record;
    run.results = results;
    return run;
  }

  /** Returns true if a folder belongs to a run or an adaptation. */
  public static boolean isRunFolder(Path folder) {
    return Files.isRegularFile(folder.resolve(RunRecord.FILE))
        || Files.isRegularFile(folder.resolve(AdaptRecord.FILE));
  }

  // ---- files

  /** Returns false if the run has no folder, only an entry in a table. */
  public boolean hasFolder() {
    return path != null;
  }

  /** Returns the folder of the run. */
  public Path path() {
    return Objects.requireNonNull(path, "a run without a folder");
  }

  /** Returns the path of the run relative to the folder of all runs, separated by '/'. */
  public String name() {
    return name;
  }

  /**
   * Returns the protocol of the run's table, or the command that started the run. The result is
   * empty if neither is known.
   */
  public String protocol() {
    return protocol;
  }

  /**
   * Returns the names of the settings that the run's table gives several values, such as {@code
   * weight}, even if the runs with the other values have not started yet.
   */
  public Set<String> planned() {
    return planned;
  }

  /** Returns the time at which the state last changed. */
  public Instant modified() {
    Path file = path().resolve(RunRecord.FILE);
    try {
      return Instant.ofEpochMilli(Files.getLastModifiedTime(file).toMillis());
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be read: " + FileErrors.reason(e), e);
    }
  }

  /** Returns the settings, the provenance and the state. */
  public RunRecord record() {
    return record != null
        ? record
        : optional(RunRecord::read).flatMap(found -> found).orElse(RunRecord.NONE);
  }

  public RunResults results() {
    if (results == null) {
      results = optional(RunResults::read).orElse(RunResults.NONE);
    }
    return results;
  }

  public Predictions predictions() {
    return optional(Predictions::read).orElse(new Predictions(List.of()));
  }

  /** Returns the adaptation that chose the run's method, if there is one. */
  public Optional<AdaptRecord> adaptation() {
    return optional(AdaptRecord::read).flatMap(found -> found);
  }

  private <T> Optional<T> optional(Function<Path, T> read) {
    return Optional.ofNullable(path).map(read);
  }

  /** Returns the state at the first call, so that all parts of a page show the same state. */
  public RunState state() {
    if (state == null) {
      state = RunState.of(path(), record());
    }
    return state;
  }

  /**
   * Returns true if the run is complete. Otherwise a process still writes it, or it was stopped.
   */
  public boolean isComplete() {
    return record().isComplete();
  }

  // ---- the outcome

  /** Returns the results as a table stores them. */
  public TableCell cell() {
    if (cell == null) {
      cell = read();
    }
    return cell;
  }

  private TableCell read() {
    RunRecord about = record();
    // An adaptation has no method until it has chosen one.
    AdaptRecord adaptation = about.method().isEmpty() ? adaptation().orElse(null) : null;
    String stored = about.provenance().path("title").asText("");
    String otherwise = adaptation == null ? "" : "Adaptation";
    String title =
        stored.isEmpty() ? about.settings().path("method").path("title").asText(otherwise) : stored;
    return new TableCell(
        about.method(),
        title,
        "",
        Map.of(),
        adaptation == null
            ? about.sample()
            : new TableCell.Sample(adaptation.settings().data(), 0, null),
        "",
        results());
  }

  /** Returns the run with other results on evaluation sets, as an entry of a table. */
  StoredRun withTargets(List<TargetResult> targets) {
    RunResults other = RunResults.NONE.with(targets, cell().results().joint());
    return new StoredRun(path, name, cell().with(other));
  }

  public String method() {
    return cell().method();
  }

  /** Returns the title of the method. */
  public String title() {
    return cell().title();
  }

  /** Returns the name of the data set of the training images. */
  public String dataSet() {
    return cell().sample().dataSet();
  }

  /** Returns the number of training images per class, or 0 for all images or an unknown number. */
  public int shots() {
    return cell().sample().shots();
  }

  /** Returns the seed, or null if the run does not depend on one. */
  public @Nullable Long seed() {
    return cell().sample().seed();
  }

  /** Returns all settings that affect the results, by names such as {@code method.weight}. */
  public Map<String, String> settings() {
    return record().namedSettings();
  }

  /** Returns the counts of each evaluation set. */
  public List<TargetResult> targets() {
    return cell().results().targets();
  }

  /** Returns the accuracy that an adaptation expects on new images. Other runs have none. */
  public Optional<AdaptRecord.Accuracy> expected() {
    return adaptation().map(record -> record.result().expected());
  }

  /** Returns the value of a column such as {@code base}, {@code H} or {@code ece:new}, or NaN. */
  public double value(String column) {
    return cell().results().value(column);
  }

  /** Returns the training time per image in milliseconds, or NaN if nothing was trained. */
  public double msPerImage() {
    return cell().results().msPerImage();
  }

  /** Returns the training time in seconds, or NaN if nothing was trained. */
  public double seconds() {
    RunResults.Training training = results().training();
    return training == null ? Double.NaN : training.seconds();
  }

  /** Returns the arguments of the command that started the run, or an empty list if unknown. */
  public List<String> command() {
    return record().command();
  }

  /** Returns the path of the CLIP weights or {@code embedded}, or an empty text if unknown. */
  public String clip() {
    return record().provenance().path("clip").asText("");
  }

  /** Returns the working directory of the command, or an empty text if unknown. */
  public String directory() {
    return record().directory();
  }
}
