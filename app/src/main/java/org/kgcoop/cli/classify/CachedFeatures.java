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
import org.kgcoop.features.FeatureProgress;
import org.kgcoop.io.FeatureTable;

/**
 * The features of many images. It reads them from the feature cache, and computes and stores
 * missing ones in groups. An interrupted command can therefore resume.
 */
final class CachedFeatures implements ImageFeatures {
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

  @Override
  public void groups(
      List<Path> files, Progress progress, Consumer<FeatureCache.Problem> problems, Group group)
      throws IOException {
    cache.hashes().recall(files);
    try (Progress.Task task = progress.start("images", files.size())) {
      for (int from = 0; from < files.size(); from += GROUP) {
        if (interrupted.getAsBoolean()) {
          throw new KgCoopException(
              KgCoopException.Category.INTERRUPTED,
              "interrupted: the same command goes on where this one stopped");
        }
        List<Path> part = files.subList(from, Math.min(from + GROUP, files.size()));
        group.take(part, cache.upright(part, raw, problems, new Counted(task, from)));
      }
    }
  }

  /** The progress of a group, as progress of the task. */
  private record Counted(Progress.Task task, int before) implements FeatureProgress {
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
