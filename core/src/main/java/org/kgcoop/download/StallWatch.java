package org.kgcoop.download;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads from a stream, and closes it if no byte arrives for a while. The HTTP client itself would
 * wait forever.
 */
final class StallWatch implements AutoCloseable {
  private final InputStream body;
  private final Duration patience;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "stall watch");
            thread.setDaemon(true);
            return thread;
          });
  private volatile boolean stalled;

  StallWatch(InputStream body, Duration patience) {
    this.body = body;
    this.patience = patience;
  }

  int read(byte[] buffer) throws IOException {
    ScheduledFuture<?> alarm =
        clock.schedule(this::stop, patience.toMillis(), TimeUnit.MILLISECONDS);
    try {
      int n = body.read(buffer);
      if (stalled && n < 0) {
        throw stalled(null);
      }
      return n;
    } catch (IOException e) {
      throw stalled ? stalled(e) : e;
    } finally {
      alarm.cancel(false);
    }
  }

  private IOException stalled(@Nullable IOException cause) {
    return new IOException("received no data for " + patience.toSeconds() + " s", cause);
  }

  private void stop() {
    stalled = true;
    try {
      body.close();
    } catch (IOException e) {
      return; // already closed
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
