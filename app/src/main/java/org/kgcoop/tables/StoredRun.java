package org.kgcoop.tables;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.eval.Metrics;
import org.kgcoop.files.FileErrors;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.Measurement;
import org.kgcoop.runs.Predictions;
import org.kgcoop.runs.RunProgress;
import org.kgcoop.runs.RunRecord;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.RunState;
import org.kgcoop.runs.TargetResult;

/**
 * A stored run or adaptation: its folder, the outcome that a table keeps of it, or both. Files are
 * read when they are asked for; of hundreds of runs with many test images only counts are kept.
 */
public final class StoredRun {
  private static final String ZERO_SHOT = "clip";

  private final @Nullable Path path;
  private final String name;
  private final Instant modified;
  private String protocol = "";
  private @Nullable Measurement measurement;
  private @Nullable RunRecord record;
  private @Nullable RunResults results;
  private @Nullable RunState state;

  private StoredRun(
      @Nullable Path path, String name, Instant modified, @Nullable Measurement measurement) {
    this.path = path;
    this.name = name;
    this.modified = modified;
    this.measurement = measurement;
  }

  /** The run or adaptation of a folder, which need not be there yet. */
  public static StoredRun of(Path folder) {
    return new StoredRun(folder, folder.toString(), Instant.EPOCH, null);
  }

  /**
   * A run of a table. Tables of others may not point out of their folder.
   *
   * @param table the folder of the table
   */
  public static StoredRun of(Measurement measurement, Path table) {
    Path run = table.resolve(measurement.run()).normalize();
    boolean isBelow = !measurement.run().isEmpty() && run.startsWith(table.normalize());
    return new StoredRun(isBelow ? run : null, measurement.run(), Instant.EPOCH, measurement);
  }

  /**
   * The run of a folder; its protocol is the command that made it.
   *
   * @throws KgCoopException if it is none, or cannot be read
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

  /** Reads a run like {@link #read}; null if a folder holds no run of a method on a data set. */
  static @Nullable StoredRun find(Path folder, String name, FileTime written) {
    RunRecord record = RunRecord.read(folder).orElse(null);
    if (record == null || record.method().isEmpty() || !record.settings().path("data").isObject()) {
      return null; // such as a pre-training
    }
    StoredRun run =
        new StoredRun(folder, name, Instant.ofEpochMilli(written.toMillis()), null)
            .withProtocol(record.command().isEmpty() ? "" : record.command().get(0));
    run.record = record;
    run.results = RunResults.read(folder);
    return run;
  }

  StoredRun withProtocol(String of) {
    protocol = of;
    return this;
  }

  /** True if a folder is that of a run or an adaptation. */
  public static boolean isOne(Path folder) {
    return Files.isRegularFile(folder.resolve(RunRecord.FILE))
        || Files.isRegularFile(folder.resolve(AdaptRecord.FILE));
  }

  // ---- files

  /** True unless only a table tells of it. */
  public boolean hasFolder() {
    return path != null;
  }

  /** Returns the folder of the run. */
  public Path path() {
    return Objects.requireNonNull(path, "a run without a folder");
  }

  /** Returns the name below the folder of all runs, with '/' between. */
  public String name() {
    return name;
  }

  /** The table that it belongs to, else the command that made it; empty if neither is known. */
  public String protocol() {
    return protocol;
  }

  /** The time at which its state last changed. */
  public Instant modified() {
    return modified;
  }

  /** Settings, provenance and state. */
  public RunRecord record() {
    RunRecord known = record;
    return known != null
        ? known
        : optional(RunRecord::read).flatMap(found -> found).orElse(RunRecord.NONE);
  }

  public RunResults results() {
    RunResults known = results;
    if (known == null) {
      known = optional(RunResults::read).orElse(RunResults.NONE);
      results = known;
    }
    return known;
  }

  public Predictions predictions() {
    return optional(Predictions::read).orElse(new Predictions(List.of()));
  }

  /** The adaptation that chose its method, if one did. */
  public Optional<AdaptRecord> adaptation() {
    return optional(AdaptRecord::read).flatMap(found -> found);
  }

  private <T> Optional<T> optional(Function<Path, T> read) {
    return Optional.ofNullable(path).map(read);
  }

  /** The state at the first call: the same all over a page. */
  public RunState state() {
    RunState known = state;
    if (known == null) {
      known = RunState.of(path(), record());
      state = known;
    }
    return known;
  }

  /** The place that its training has come to. */
  public RunProgress progress() {
    return RunProgress.read(path(), record());
  }

  /** True if steps of it are to come. */
  public boolean isTraining() {
    RunProgress now = progress();
    return state() != RunState.COMPLETE && now.step() < now.steps();
  }

  /** True if it was begun and has no end. */
  public boolean isUnderWay() {
    return path != null && isOne(path) && state() != RunState.COMPLETE;
  }

  /** True if it was ended; else a process still writes it, or it was stopped. */
  public boolean isComplete() {
    return record().isComplete();
  }

  // ---- the outcome

  /** The outcome as a table keeps it. */
  public Measurement measurement() {
    Measurement known = measurement;
    if (known == null) {
      known = read();
      measurement = known;
    }
    return known;
  }

  private Measurement read() {
    RunRecord about = record();
    RunResults outcome = results();
    // If no method is chosen yet, it is an adaptation.
    AdaptRecord adaptation = about.method().isEmpty() ? adaptation().orElse(null) : null;
    String title =
        Optional.of(about.provenance().path("title").asText(""))
            .filter(text -> !text.isEmpty())
            .orElse(
                about
                    .settings()
                    .path("method")
                    .path("title")
                    .asText(adaptation == null ? "" : "Adaptation"));
    return new Measurement(
        about.method(),
        title,
        "",
        Map.of(),
        adaptation == null ? about.dataSet() : adaptation.settings().path("data").asText(),
        about.shots(),
        about.seed(),
        outcome.msPerImage(),
        outcome.msPerImageWithFeatures(),
        outcome.chosen(),
        "",
        outcome.targets(),
        outcome.joint());
  }

  public String method() {
    return measurement().method();
  }

  /** The method for people. */
  public String title() {
    return measurement().title();
  }

  /** True for CLIP with a hand-crafted prompt. */
  public boolean isZeroShot() {
    return method().equals(ZERO_SHOT);
  }

  /** The name of the data set that it learned from. */
  public String dataSet() {
    return measurement().dataSet();
  }

  /** Training images per class; 0 for all, and if it is not known. */
  public int shots() {
    return measurement().shots();
  }

  /** The seed, or null if the run depends on none. */
  public @Nullable Long seed() {
    return measurement().seed();
  }

  /** All that decides its outcome, by names such as {@code method.weight}. */
  public Map<String, String> settings() {
    return record().namedSettings();
  }

  /** The counts on each part of its test images. */
  public List<TargetResult> targets() {
    return measurement().targets();
  }

  /** The accuracy that an adaptation expects of new images; empty for other runs. */
  public Optional<AdaptRecord.Interval> expected() {
    return adaptation().map(AdaptRecord::expected);
  }

  /** The figure of a column, such as {@code base}, {@code H} or {@code ece:new}; NaN if none. */
  public double figure(String column) {
    return measurement().figure(column);
  }

  /** Milliseconds of training per image; NaN if nothing was trained. */
  public double msPerImage() {
    return measurement().msPerImage();
  }

  /** Seconds of training; NaN if nothing was trained. */
  public double seconds() {
    RunResults.Training training = results().training();
    return training == null ? Double.NaN : training.seconds();
  }

  /** The words of the command line that began it; empty if they are not known. */
  public List<String> command() {
    return record().command();
  }

  /** The folder from which the paths of the command start; empty if it is not known. */
  public String directory() {
    return record().directory();
  }

  // ---- several runs

  /** Each value once, in the order of the runs. */
  public static <T> List<T> distinct(List<StoredRun> runs, Function<StoredRun, T> value) {
    return List.copyOf(new LinkedHashSet<>(runs.stream().map(value).toList()));
  }

  /** For each seed the mean over its runs, then mean and deviation of these. */
  public static Metrics.Spread overSeeds(List<StoredRun> runs, ToDoubleFunction<StoredRun> value) {
    Map<String, List<Double>> bySeed = new LinkedHashMap<>();
    for (StoredRun run : runs) {
      bySeed
          .computeIfAbsent(String.valueOf(run.seed()), seed -> new ArrayList<>())
          .add(value.applyAsDouble(run));
    }
    return Metrics.overSeeds(bySeed);
  }
}
