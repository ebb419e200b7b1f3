package org.kgcoop.tensorboard;

import com.google.errorprone.annotations.MustBeClosed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;

/**
 * The event files of several runs. They grow during the runs and are complete when this object is
 * closed. A separate thread reads the logs, so no training step waits for it. If a file cannot be
 * written, the user gets one warning, and the run continues.
 */
public final class EventFiles implements AutoCloseable {
  private static final long SECONDS_BETWEEN = 2;

  private final List<EventFile> files;
  private final Consumer<String> warnings;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::grow, "event files");
  private boolean failed;

  private EventFiles(Collection<Path> runs, Consumer<String> warnings) {
    files = runs.stream().map(EventFile::new).toList();
    this.warnings = warnings;
    thread.setDaemon(true);
  }

  /**
   * Starts to write the event files of runs that are about to begin or resume.
   *
   * @param runs their folders, which need not exist
   * @param warnings receives one line if a file cannot be written
   */
  @MustBeClosed
  public static EventFiles growing(Collection<Path> runs, Consumer<String> warnings) {
    EventFiles growing = new EventFiles(runs, warnings);
    growing.thread.start();
    return growing;
  }

  private void grow() {
    try {
      while (!failed && !closed.await(SECONDS_BETWEEN, TimeUnit.SECONDS)) {
        update();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // does not happen
    }
  }

  /** Completes all files. */
  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    if (!failed) {
      update();
    }
  }

  private void update() {
    for (EventFile file : files) {
      try {
        file.update();
      } catch (IOException e) {
        failed(file, FileErrors.reason(e));
        return;
      } catch (KgCoopException e) {
        failed(file, String.valueOf(e.getMessage()));
        return;
      }
    }
  }

  private void failed(EventFile file, String reason) {
    failed = true;
    warnings.accept(file.path() + ": cannot write the TensorBoard file: " + reason);
  }
}
