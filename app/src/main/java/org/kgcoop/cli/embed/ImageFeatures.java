package org.kgcoop.cli.embed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.data.StampedImage;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.FeatureCache.Problem;
import org.kgcoop.formats.FeatureTable;
import org.kgcoop.progress.FeatureProgress;
import org.kgcoop.progress.Progress;

/**
 * The features of image files, with a progress display. With a feature cache, missing features are
 * computed and stored, so an interrupted command can resume.
 */
public final class ImageFeatures {
  /** The number of images per group. */
  private static final int GROUP = 32;

  private final FeatureCache cache;
  private final boolean raw;
  private final Progress progress;
  private final Invocation invocation;

  /**
   * An image of a group.
   *
   * @param feature (E), or null for an unreadable image
   * @param problem the reason why the image is unreadable, or null
   */
  // An array, because there are many features. No code compares these records.
  @SuppressWarnings("ArrayRecordComponent")
  public record Image(Path file, float @Nullable [] feature, @Nullable KgCoopException problem) {}

  /** A receiver of the features of a group of files. */
  @FunctionalInterface
  public interface Group {
    void take(List<Image> images) throws IOException;
  }

  /**
   * Creates features from a feature cache, which may be one that stores nothing.
   *
   * @param raw false to normalize the features to unit length
   * @param invocation says if work should stop
   */
  public ImageFeatures(FeatureCache cache, boolean raw, Output output, Invocation invocation) {
    this.cache = cache;
    this.raw = raw;
    this.progress = output.progress();
    this.invocation = invocation;
  }

  /**
   * Passes the features of files to a consumer, in the order of the files.
   *
   * @param problems receives unreadable images; an image is skipped if this consumer returns
   */
  void each(List<Path> files, Consumer<Problem> problems, FeatureTable.Receiver rows)
      throws IOException {
    try (Progress.Task task = progress.start("images", files.size())) {
      cache.upright(
          files,
          raw,
          problems,
          stoppable(task),
          (file, feature) -> {
            checkInterrupted();
            try {
              rows.take(file.toString(), feature);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * Passes the features of files to a consumer in any order and on several threads.
   *
   * @param problems receives unreadable images; an image is skipped if this consumer returns
   */
  void inAnyOrder(
      List<StampedImage> images, Consumer<Problem> problems, BiConsumer<Path, float[]> row) {
    try (Progress.Task task = progress.start("images", images.size())) {
      cache.uprightInAnyOrder(images, problems, stoppable(task), row);
    }
  }

  /**
   * Passes the features of files to a consumer in groups, in the order of the files, with the
   * unreadable images.
   *
   * @param problems receives the unreadable images before their group; an image is skipped if this
   *     consumer returns
   */
  public void groups(List<Path> files, Consumer<Problem> problems, Group group) throws IOException {
    List<Image> next = new ArrayList<>();
    each(
        files,
        problem -> {
          problems.accept(problem);
          next.add(new Image(problem.file(), null, problem.reason()));
        },
        (file, feature) -> {
          next.add(new Image(Path.of(file), feature, null));
          if (next.size() >= GROUP) {
            group.take(next);
            next.clear();
          }
        });
    group.take(next);
  }

  /** Returns true if work should stop. */
  public boolean isInterrupted() {
    return invocation.interrupted();
  }

  private void checkInterrupted() {
    if (isInterrupted()) {
      throw new KgCoopException(
          KgCoopException.Category.INTERRUPTED,
          "interrupted: run the same command again to resume");
    }
  }

  /** Returns the progress of a task that ends when the user interrupts it. */
  private FeatureProgress stoppable(Progress.Task task) {
    return new FeatureProgress() {
      @Override
      public void done(long units) {
        task.done(units);
        checkInterrupted();
      }

      @Override
      public void doneBefore(long units) {
        task.doneBefore(units);
      }
    };
  }
}
