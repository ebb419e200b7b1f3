package org.kgcoop.cli.classify;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.io.FeatureTable;
import org.kgcoop.progress.FeatureProgress;
import org.kgcoop.progress.Progress;

/**
 * The features of image files, in groups. With a feature cache, missing features are computed and
 * stored, so an interrupted command can resume.
 */
final class ImageFeatures {
  /** The number of images per group without a cache. */
  private static final int BATCH = 32;

  /**
   * The number of images per group with a cache, which limits memory and the loss after a crash.
   */
  private static final int CACHED_GROUP = 256;

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

  private interface Source {
    Map<Path, float[]> features(
        List<Path> files, Consumer<FeatureCache.Problem> problems, FeatureProgress progress);
  }

  private final @Nullable FeatureCache cache;
  private final Source source;
  private final BooleanSupplier interrupted;

  private ImageFeatures(@Nullable FeatureCache cache, Source source, BooleanSupplier interrupted) {
    this.cache = cache;
    this.source = source;
    this.interrupted = interrupted;
  }

  /**
   * Returns features from a feature cache.
   *
   * @param raw false to normalize the features to unit length
   * @param interrupted true if work should stop
   */
  static ImageFeatures cached(FeatureCache cache, boolean raw, BooleanSupplier interrupted) {
    return new ImageFeatures(
        cache,
        (files, problems, progress) -> cache.upright(files, raw, problems, progress),
        interrupted);
  }

  /** Returns features that are computed without a cache, of unit length. */
  static ImageFeatures computed(ViewEncoder encoder, BooleanSupplier interrupted) {
    return new ImageFeatures(
        null,
        (files, problems, progress) -> FeatureCache.uncached(encoder, files, problems),
        interrupted);
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
    groups(
        files,
        progress,
        problems,
        (group, features) -> {
          for (Map.Entry<Path, float[]> each : features.entrySet()) {
            row.take(each.getKey().toString(), each.getValue());
          }
        });
  }

  /**
   * Passes the features of files to a consumer in groups, in the order of the files.
   *
   * @param problems receives the unreadable images of a group before the group; an image is skipped
   *     if this consumer returns
   */
  void groups(
      List<Path> files, Progress progress, Consumer<FeatureCache.Problem> problems, Group group)
      throws IOException {
    if (cache != null) {
      cache.hashes().recall(files);
    }
    int size = cache == null ? BATCH : CACHED_GROUP;
    try (Progress.Task task = progress.start("images", files.size())) {
      for (int from = 0; from < files.size(); from += size) {
        if (interrupted.getAsBoolean()) {
          throw new KgCoopException(
              KgCoopException.Category.INTERRUPTED,
              cache == null
                  ? "interrupted after %s of %s images".formatted(from, files.size())
                  : "interrupted: the same command goes on where this one stopped");
        }
        List<Path> part = files.subList(from, Math.min(from + size, files.size()));
        group.take(part, source.features(part, problems, new GroupProgress(task, from)));
        task.done(from + part.size());
      }
    }
  }

  /** The progress of a group, as progress of the task. */
  private record GroupProgress(Progress.Task task, int before) implements FeatureProgress {
    @Override
    public void done(long units) {
      task.done(before + units);
    }

    @Override
    public void doneBefore(long units) {
      task.doneBefore(units);
    }
  }
}
