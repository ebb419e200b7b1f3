package org.kgcoop.experiment;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.kgcoop.clip.Clip;
import org.kgcoop.features.FeatureCache;

/**
 * The model, image features and listeners that every experiment works with.
 *
 * @param clip the frozen model
 * @param cache image features, computed once
 * @param progress told how far long work is
 * @param warnings gets a line for what a user should know and may leave
 * @param interrupted true if work should stop at the next safe place
 * @param command the words of the command line behind it, by which a run can be made again; empty
 *     where there is none
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

  /** A bench of a program that has no command line. */
  public ExperimentContext(
      Clip clip,
      FeatureCache cache,
      Progress progress,
      Consumer<String> warnings,
      BooleanSupplier interrupted) {
    this(clip, cache, progress, warnings, interrupted, List.of());
  }

  /** The same, without a word about its progress. */
  public ExperimentContext silent() {
    return new ExperimentContext(clip, cache, Progress.SILENT, warnings, interrupted, command);
  }
}
