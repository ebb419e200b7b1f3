package org.kgcoop.serve;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.kgcoop.bank.PictureEncoder;
import org.kgcoop.data.RgbImage;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Requests wait here for the one thread that encodes. It takes all that wait, up to a batch: alone,
 * a request waits for nobody; under load, what came during one batch makes the next.
 */
final class EncodingQueue implements AutoCloseable {
  private static final int BATCH = 32;
  private static final long IDLE_MILLISECONDS = 100;

  private final PictureEncoder encoder;
  private final BlockingQueue<Job<?>> waiting;
  private final Duration timeLimit;
  private final Thread thread;
  private volatile boolean stopping;

  /**
   * A picture that waits.
   *
   * @param reading called by the encoding thread alone
   * @param deadline of {@link System#nanoTime}
   */
  private record Job<T>(
      RgbImage picture, Function<Tensor, T> reading, long deadline, CompletableFuture<T> answer) {
    boolean isWanted() {
      return !answer.isDone() && deadline - System.nanoTime() > 0;
    }

    void answer(Tensor feature) {
      try {
        boolean unused = answer.complete(reading.apply(feature));
      } catch (RuntimeException e) {
        boolean unused = answer.completeExceptionally(e);
      }
    }
  }

  EncodingQueue(PictureEncoder encoder, int capacity, Duration timeLimit) {
    this.encoder = encoder;
    this.waiting = new ArrayBlockingQueue<>(capacity);
    this.timeLimit = timeLimit;
    this.thread = new Thread(this::work, "kgcoop-encoder");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Waits for what a picture shows.
   *
   * @param reading of its feature, (1, E), a unit row; called in the encoding thread, one call at a
   *     time
   * @throws RefusedRequestException 503 where too many wait, or the time limit is over
   */
  <T> T ask(RgbImage picture, Function<Tensor, T> reading) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    long deadline = System.nanoTime() + timeLimit.toNanos();
    if (!waiting.offer(new Job<>(picture, reading, deadline, answer))) {
      throw new RefusedRequestException(503, "too many pictures are waiting; try again later");
    }
    try {
      return answer.get(timeLimit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      answer.cancel(false);
      throw new RefusedRequestException(503, "no answer within the time limit; try again later");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RefusedRequestException(503, "the server stops");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private void work() {
    while (!stopping || !waiting.isEmpty()) {
      try {
        Job<?> first = waiting.poll(IDLE_MILLISECONDS, TimeUnit.MILLISECONDS);
        if (first != null) {
          List<Job<?>> batch = new ArrayList<>(List.of(first));
          int unused = waiting.drainTo(batch, BATCH - 1);
          batch.removeIf(job -> !job.isWanted());
          answer(batch);
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void answer(List<Job<?>> batch) {
    if (batch.isEmpty()) {
      return;
    }
    try (Scope scope = Scope.open("batch")) {
      Tensor features = encoder.of(batch.stream().map(Job::picture).toList()); // (B, E)
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).answer(features.narrow(0, i, 1));
      }
    } catch (RuntimeException | Error e) {
      // Whatever befalls a batch, the next one has to be answered.
      for (Job<?> job : batch) {
        boolean unused = job.answer().completeExceptionally(e);
      }
    }
  }

  /** How many pictures wait now. */
  int waiting() {
    return waiting.size();
  }

  /** Ends when all that waits is answered. */
  @Override
  public void close() {
    stopping = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
