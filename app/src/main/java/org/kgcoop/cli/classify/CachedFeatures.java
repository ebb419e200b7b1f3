package org.kgcoop.cli.classify;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.experiment.Progress;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.io.FeatureTable;

/**
 * Features of many images, group by group: what the feature cache holds is read from it, the rest
 * is computed and kept there, so that a command that was stopped goes on where it was.
 */
final class CachedFeatures {
  /** The images that a killed command loses at most, and that are in memory at a time. */
  private static final int GROUP = 256;

  private final FeatureCache cache;
  private final boolean raw;
  private final BooleanSupplier interrupted;

  /**
   * Features of a feature cache.
   *
   * @param raw true for features as the image encoder makes them, false for unit ones
   * @param interrupted true when the work should stop
   */
  CachedFeatures(FeatureCache cache, boolean raw, BooleanSupplier interrupted) {
    this.cache = cache;
    this.raw = raw;
    this.interrupted = interrupted;
  }

  /**
   * Hands on the features of files, in their order.
   *
   * @param problems gets images that cannot be read; where it returns, they are left out
   */
  void each(
      List<Path> files,
      Progress progress,
      Consumer<FeatureCache.Problem> problems,
      FeatureTable.Row row)
      throws IOException {
    cache.hashes().recall(files);
    try (Progress.Task task = progress.start("images", files.size())) {
      for (int from = 0; from < files.size(); from += GROUP) {
        if (interrupted.getAsBoolean()) {
          throw new KgCoopException(
              KgCoopException.Category.INTERRUPTED,
              "interrupted: the same command goes on where this one stopped");
        }
        int before = from;
        Map<Path, float[]> group =
            cache.upright(
                files.subList(from, Math.min(from + GROUP, files.size())),
                raw,
                problems,
                done -> task.done(before + done));
        for (Map.Entry<Path, float[]> each : group.entrySet()) {
          row.take(each.getKey().toString(), each.getValue());
        }
      }
    }
  }
}
