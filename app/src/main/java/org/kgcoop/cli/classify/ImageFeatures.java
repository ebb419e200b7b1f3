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
import org.kgcoop.features.ViewEncoder;

/** A source of the features of image files, in groups. */
@FunctionalInterface
interface ImageFeatures {
  /** The number of images per group without a cache. */
  int BATCH = 32;

  /** A receiver of the features of a group of files. */
  @FunctionalInterface
  interface Group {
    /**
     * Processes a group.
     *
     * @param features the features by file, without the unreadable files
     */
    void take(List<Path> files, Map<Path, float[]> features) throws IOException;
  }

  /**
   * Passes the features of files to a consumer in groups, in the order of the files.
   *
   * @param problems receives the unreadable images of a group before the group; an image is skipped
   *     if this consumer returns
   */
  void groups(
      List<Path> files, Progress progress, Consumer<FeatureCache.Problem> problems, Group group)
      throws IOException;

  /**
   * Returns a source that computes features without a cache.
   *
   * @param interrupted true if work should stop
   */
  static ImageFeatures computed(ViewEncoder encoder, BooleanSupplier interrupted) {
    return (files, progress, problems, group) -> {
      try (Progress.Task task = progress.start("images", files.size())) {
        for (int from = 0; from < files.size(); from += BATCH) {
          if (interrupted.getAsBoolean()) {
            throw new KgCoopException(
                KgCoopException.Category.INTERRUPTED,
                "interrupted after %s of %s images".formatted(from, files.size()));
          }
          List<Path> part = files.subList(from, Math.min(from + BATCH, files.size()));
          group.take(part, FeatureCache.uncached(encoder, part, problems));
          task.done(from + part.size());
        }
      }
    };
  }
}
