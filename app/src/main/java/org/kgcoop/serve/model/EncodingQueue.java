package org.kgcoop.serve.model;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.TransformedImage;
import org.kgcoop.serve.http.HttpErrorException;
import org.kgcoop.tensor.Scope;

/**
 * The queue in front of the only thread that encodes images. The thread takes all waiting images,
 * up to a full batch. Before that, it waits a moment for images that are being decoded: decoding
 * and encoding both need all cores, and a larger batch takes less time per image. A single request
 * does not wait.
 */
public final class EncodingQueue implements AutoCloseable {
  /** The maximum number of images in a batch. */
  public static final int MAX_BATCH = 32;

  private static final long IDLE_MILLISECONDS = 100;

  /** Longer than most images take to decode, so a large image does not delay the others. */
  private static final long GATHERING_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** The time in which a client that was just answered typically sends its next request. */
  private static final long RETURN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final ViewEncoder encoder;
  private final BlockingQueue<Job<?>> waiting;
  private final IntSupplier decoding;
  private final IntConsumer batchSizes;
  private final Thread thread;
  private boolean severalBefore; // images in the last batch
  private long lastNanos; // duration of the last batch
  private volatile boolean stopping;

  /**
   * Converts features to answers. All waiting images with the same {@code BatchFunction} object are
   * processed together, which is faster. Images whose functions use the CLIP's own image encoder
   * are encoded together.
   */
  @FunctionalInterface
  public interface BatchFunction<T> {
    /**
     * Converts the features of a batch. Only the encoding thread calls this.
     *
     * @param features (B, E), unit rows of the CLIP's image encoder, or the output of {@link
     *     #encoder}
     * @return B answers, in their order
     */
    List<T> apply(float[][] features);

    /** Returns an image encoder of its own, B images to (B, E); empty to use the CLIP's. */
    default Optional<Function<List<TransformedImage>, float[][]>> encoder() {
      return Optional.empty();
    }
  }

  /** A waiting image, after the test transform. */
  private record Job<T>(
      RgbImage image, BatchFunction<T> function, Deadline deadline, CompletableFuture<T> answer) {
    boolean isWanted() {
      return !answer.isDone() && deadline.remaining() > 0;
    }

    @SuppressWarnings("unchecked") // it comes from this job's function
    void answer(Object found) {
      answer.complete((T) found);
    }
  }

  /**
   * Starts the encoding thread.
   *
   * @param decoding returns the number of images that are being decoded
   * @param batchSizes receives the number of images of each batch
   */
  public EncodingQueue(
      ViewEncoder encoder, int capacity, IntSupplier decoding, IntConsumer batchSizes) {
    this.encoder = encoder;
    this.waiting = new ArrayBlockingQueue<>(capacity);
    this.decoding = decoding;
    this.batchSizes = batchSizes;
    this.thread = new Thread(this::work, "kgcoop-encoder");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Waits for the answer to an image.
   *
   * @throws HttpErrorException 503 if too many images wait, or the deadline passes
   */
  @CanIgnoreReturnValue
  public <T> T submit(RgbImage image, BatchFunction<T> function, Deadline deadline) {
    return submitAll(List.of(image), function, deadline).get(0);
  }

  /**
   * Waits for the answers to several images. The queue accepts all of them or none.
   *
   * @param images fewer than the maximum number of waiting images
   * @see #submit
   */
  public <T> List<T> submitAll(
      List<RgbImage> images, BatchFunction<T> function, Deadline deadline) {
    List<Job<T>> jobs =
        images.stream()
            .map(image -> new Job<>(image, function, deadline, new CompletableFuture<T>()))
            .toList();
    if (!offer(jobs)) {
      throw new HttpErrorException(503, "too many images are waiting; try again later");
    }
    try {
      List<T> answers = new ArrayList<>();
      for (Job<T> job : jobs) {
        answers.add(job.answer().get(deadline.remaining(), TimeUnit.NANOSECONDS));
      }
      return answers;
    } catch (TimeoutException e) {
      throw Deadline.exceeded();
    } catch (InterruptedException e) {
      throw Deadline.interrupted();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      jobs.forEach(job -> job.answer().cancel(false)); // if one failed, the rest is useless
    }
  }

  /**
   * Adds jobs if there is room for all. Only the encoding thread removes jobs, so the room cannot
   * shrink meanwhile.
   */
  private synchronized boolean offer(List<? extends Job<?>> jobs) {
    return waiting.remainingCapacity() >= jobs.size() && waiting.addAll(jobs);
  }

  private void work() {
    while (!stopping || !waiting.isEmpty()) {
      try {
        Job<?> first = waiting.poll(IDLE_MILLISECONDS, TimeUnit.MILLISECONDS);
        if (first != null) {
          List<Job<?>> batch = new ArrayList<>(List.of(first));
          gather(batch);
          batch.removeIf(job -> !job.isWanted());
          severalBefore = batch.size() > 1;
          long start = System.nanoTime();
          answer(batch);
          lastNanos = System.nanoTime() - start;
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void gather(List<Job<?>> batch) throws InterruptedException {
    // A large model encodes slowly, and its clients send larger images: wait longer.
    long end = System.nanoTime() + Math.max(GATHERING_NANOS, lastNanos / 10);
    long back = Math.max(RETURN_NANOS, lastNanos / 50);
    waiting.drainTo(batch, MAX_BATCH - 1);
    while (batch.size() < MAX_BATCH) {
      long left = end - System.nanoTime();
      long patience = decoding.getAsInt() > 0 ? left : severalBefore ? back : 0;
      Job<?> next = waiting.poll(Math.min(patience, left), TimeUnit.NANOSECONDS);
      if (next == null) {
        return;
      }
      batch.add(next);
    }
  }

  private void answer(List<Job<?>> batch) {
    if (batch.isEmpty()) {
      return;
    }
    Map<BatchFunction<?>, List<Job<?>>> shared = new LinkedHashMap<>(); // by function
    Map<BatchFunction<?>, List<Job<?>>> own = new LinkedHashMap<>();
    for (Job<?> job : batch) {
      (job.function().encoder().isPresent() ? own : shared)
          .computeIfAbsent(job.function(), function -> new ArrayList<>())
          .add(job);
    }
    if (!shared.isEmpty()) {
      answer(shared, images -> encoder.ofViews(images).toRows());
    }
    own.forEach(
        (function, jobs) ->
            answer(
                Map.of(function, jobs),
                images -> function.encoder().orElseThrow().apply(TransformedImage.all(images))));
  }

  /** Encodes the images of jobs with one encoder, and answers them. */
  private void answer(
      Map<BatchFunction<?>, List<Job<?>>> alike, Function<List<RgbImage>, float[][]> features) {
    List<Job<?>> all = new ArrayList<>();
    alike.values().forEach(all::addAll);
    try (Scope scope = Scope.open("batch")) {
      List<RgbImage> images = new ArrayList<>();
      all.forEach(job -> images.add(job.image()));
      float[][] encoded = features.apply(images); // (B, E)
      batchSizes.accept(all.size());
      int from = 0;
      for (Map.Entry<BatchFunction<?>, List<Job<?>>> entry : alike.entrySet()) {
        int count = entry.getValue().size();
        apply(entry.getKey(), Arrays.copyOfRange(encoded, from, from + count), entry.getValue());
        from += count;
      }
    } catch (RuntimeException | Error e) {
      // After any error, the thread must answer the next images.
      all.forEach(job -> job.answer().completeExceptionally(e));
    }
  }

  private static void apply(BatchFunction<?> function, float[][] features, List<Job<?>> jobs) {
    try {
      List<?> found = function.apply(features);
      for (int i = 0; i < jobs.size(); i++) {
        jobs.get(i).answer(found.get(i));
      }
    } catch (RuntimeException e) {
      jobs.forEach(job -> job.answer().completeExceptionally(e));
    }
  }

  /** Returns the number of waiting images. */
  public int waiting() {
    return waiting.size();
  }

  /** Returns when all waiting images are answered. */
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
