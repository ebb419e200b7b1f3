package org.kgcoop.pretrain;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Prepares the next batches during a training step. */
final class BatchFeed implements AutoCloseable {
  private static final int AHEAD = 3;

  private final Batches batches;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread daemon = new Thread(task, "batches");
            daemon.setDaemon(true);
            return daemon;
          });
  private final Queue<Future<Batch>> drawn = new ArrayDeque<>();
  private long next;

  /**
   * Starts the preparation of batches.
   *
   * @param step the step of the first batch
   */
  BatchFeed(Batches batches, long step) {
    this.batches = batches;
    this.next = step;
  }

  Batch next() {
    while (drawn.size() < AHEAD) {
      long step = next++;
      drawn.add(thread.submit(() -> batches.batch(step)));
    }
    try {
      return drawn.remove().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a batch", e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
