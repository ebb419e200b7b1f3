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
 * The event files of runs, which grow while the runs go on and are whole when it is closed. A
 * thread of its own reads what training has logged, so that no step waits for it; what cannot be
 * written is warned of once, and no run fails by it.
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
   * Event files of runs that are about to begin or to go on.
   *
   * @param runs their folders, which need not exist
   * @param warnings gets a line where one cannot be written
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
        attempt(EventFile::grow);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does that
    }
  }

  /** Brings all of them to their end. */
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
      attempt(EventFile::finish);
    }
  }

  private interface Action {
    void on(EventFile file) throws IOException;
  }

  private void attempt(Action action) {
    for (EventFile file : files) {
      try {
        action.on(file);
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
    warnings.accept(file.path() + ": TensorBoard's file cannot be written: " + reason);
  }
}
