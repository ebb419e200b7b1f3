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
 * The features of many images. It reads them from the feature cache, and computes and stores
 * missing ones in groups. An interrupted command can therefore resume.
 */
final class CachedFeatures {
  /** The number of images per group, which limits memory and the loss after a crash. */
  private static final int GROUP = 256;

  private final FeatureCache cache;
  private final boolean raw;
  private final BooleanSupplier interrupted;

  /**
   * Prepares features from a feature cache.
   *
   * @param raw false to normalize the features to unit length
   * @param interrupted true if work should stop
   */
  CachedFeatures(FeatureCache cache, boolean raw, BooleanSupplier interrupted) {
    this.cache = cache;
    this.raw = raw;
    this.interrupted = interrupted;
  }

  /**
   * Passes the features of files to a consumer, in the order of the files.
   *
   * @param problems receives unreadable images; an image is skipped if this consumer returns
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
