package org.kgcoop.trial;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.Version;
import org.kgcoop.clip.Clip;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.progress.Progress;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Kernels;

/**
 * Model, image features and listeners that every experiment uses.
 *
 * @param clip the frozen model
 * @param cache the feature cache
 * @param progress the receiver of progress reports
 * @param warnings the receiver of warnings
 * @param interrupted a function that returns true if work should stop at the next safe point
 * @param command the words of the command line, to reproduce the run; empty if there is none
 */
public record ExperimentContext(
    Clip clip,
    FeatureCache cache,
    Progress progress,
    Consumer<String> warnings,
    BooleanSupplier interrupted,
    List<String> command) {
  public ExperimentContext {
    command = List.copyOf(command);
  }

  /** Creates a context for a program without a command line. */
  public ExperimentContext(
      Clip clip,
      FeatureCache cache,
      Progress progress,
      Consumer<String> warnings,
      BooleanSupplier interrupted) {
    this(clip, cache, progress, warnings, interrupted, List.of());
  }

  /** Returns this context with one more reason to stop at the next safe point. */
  public ExperimentContext until(BooleanSupplier stop) {
    BooleanSupplier either = () -> interrupted.getAsBoolean() || stop.getAsBoolean();
    return new ExperimentContext(clip, cache, progress, warnings, either, command);
  }

  /**
   * Ends the work if it should stop.
   *
   * @throws KgCoopException of the category INTERRUPTED, to end the work
   */
  public void checkInterrupted() {
    if (interrupted.getAsBoolean()) {
      throw new KgCoopException(
          KgCoopException.Category.INTERRUPTED,
          "interrupted; run the same command again to resume");
    }
  }

  /** Throws an exception again, unless a reason to stop that {@link #until} added caused it. */
  public void rethrowUnlessOutOfTime(KgCoopException e) {
    if (e.category() != KgCoopException.Category.INTERRUPTED || interrupted.getAsBoolean()) {
      throw e;
    }
  }

  /** Returns this context without progress reports. */
  public ExperimentContext silent() {
    return new ExperimentContext(clip, cache, Progress.SILENT, warnings, interrupted, command);
  }

  /** Returns what can affect the results of this run, in addition to its settings. */
  public SettingValues provenance() {
    SettingValues values = versions();
    return command.isEmpty()
        ? values
        : values
            .with("command", command)
            .with("directory", Path.of("").toAbsolutePath().toString());
  }

  /** Returns the versions of the software that can affect results, by the keys of the files. */
  static SettingValues versions() {
    return SettingValues.of("kgcoop", Version.KGCOOP)
        .with("commit", Version.COMMIT)
        .with("engine", engineVersion())
        .with("kernels", Kernels.inUse().toString())
        .with("java", System.getProperty("java.version"))
        .with("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
  }

  private static String engineVersion() {
    try {
      return Engine.version();
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** Returns the CLIP, the precision and the device. */
  public SettingValues computation() {
    SettingValues values =
        SettingValues.of("clip_fingerprint", clip.fingerprint())
            .with("precision", clip.precisionKey().toLowerCase(Locale.ROOT))
            .with("device", clip.device().name());
    return clip.maxPatches() == 0 ? values : values.with("max_patches", clip.maxPatches());
  }
}
