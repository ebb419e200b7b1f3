package org.kgcoop.features;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.MemoryBudget;
import org.kgcoop.image.RgbImage;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Workers;

/**
 * Pipeline from images to features. A thread reads, decodes, transforms and encodes an image, so
 * images never wait for each other. There are more threads than cores, so that some images are read
 * while others are encoded. The order of the images is kept. On a GPU, a thread processes a group
 * of images.
 *
 * @param <T> an image
 */
final class FeaturePipeline<T> implements AutoCloseable {
  /** The threads of all pipelines that may encode at the same time, by their number. */
  private static final Map<Integer, Semaphore> ENCODING = new ConcurrentHashMap<>();

  /**
   * The bytes of files that wait to be decoded. A thread takes its part before it takes a part of
   * the memory for decoded images, and never the other way round.
   */
  static final MemoryBudget FILES = new MemoryBudget(Runtime.getRuntime().maxMemory() / 8);

  private final ViewEncoder encoder;
  private final Iterator<T> images;
  private final Function<T, List<KeyedView>> prepare;
  private final int encoders;
  private final Semaphore encoding;
  private final ExecutorService pool;
  private final int tasks;
  private final Queue<CompletableFuture<List<Processed<T>>>> begun = new ArrayDeque<>();
  private final Queue<Processed<T>> ready = new ArrayDeque<>();
  private volatile boolean isClosed;

  /**
   * A view of an image by the key of its feature. If the feature is known, it has no more than the
   * key.
   *
   * @param image the transformed image, until it is encoded
   * @param feature the feature, once it is computed
   */
  record KeyedView(String key, @Nullable RgbImage image, @Nullable Feature feature) {
    KeyedView(String key, @Nullable RgbImage image) {
      this(key, image, null);
    }
  }

  /**
   * An image on its way through the pipeline.
   *
   * @param problem the reason why the image has no views, or null
   */
  record Processed<T>(T image, List<KeyedView> views, @Nullable KgCoopException problem) {}

  /**
   * Creates a pipeline.
   *
   * @param images the images, read on the thread of the caller
   * @param prepare returns the views of an image, on any thread
   * @param readers the least number of threads
   */
  FeaturePipeline(
      ViewEncoder encoder, Iterator<T> images, Function<T, List<KeyedView>> prepare, int readers) {
    this.encoder = encoder;
    this.images = images;
    this.prepare = prepare;
    this.encoders = encoder.device().isCpu() ? Engine.threads() : 1;
    this.encoding = ENCODING.computeIfAbsent(encoders, Semaphore::new);
    int threads = Math.max(2 * Engine.threads(), readers);
    this.pool = Executors.newFixedThreadPool(threads, FeaturePipeline::thread);
    // Finished images need little memory while they wait for a slow one before them.
    this.tasks = encoder.group() == 1 ? 16 * threads : threads;
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "kgcoop-encoder");
    thread.setDaemon(true);
    return thread;
  }

  /** Returns true if there is another image. */
  boolean hasNext() {
    return !ready.isEmpty() || !begun.isEmpty() || images.hasNext();
  }

  /** Returns the next image with its features. */
  Processed<T> next() {
    begin();
    while (ready.isEmpty()) {
      CompletableFuture<List<Processed<T>>> first = begun.poll();
      if (first == null) {
        throw new NoSuchElementException();
      }
      ready.addAll(join(first));
      begin();
    }
    return ready.remove();
  }

  private void begin() {
    while (begun.size() < tasks && images.hasNext()) {
      List<T> group = new ArrayList<>();
      while (group.size() < encoder.group() && images.hasNext()) {
        group.add(images.next());
      }
      boolean isOnly = begun.isEmpty() && ready.isEmpty() && !images.hasNext();
      begun.add(CompletableFuture.supplyAsync(() -> processed(group, isOnly), pool));
    }
  }

  private static <R> R join(CompletableFuture<R> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /**
   * Processes a group of images.
   *
   * @param isOnly true if no other group is processed at the same time
   */
  private List<Processed<T>> processed(List<T> group, boolean isOnly) {
    long start = System.nanoTime();
    List<Processed<T>> prepared = group.stream().map(this::prepared).toList();
    List<RgbImage> views =
        prepared.stream()
            .flatMap(each -> each.views().stream())
            .map(KeyedView::image)
            .filter(Objects::nonNull)
            .toList();
    long wait = System.nanoTime();
    Iterator<Feature> encoded = Collections.emptyIterator();
    double seconds = 0;
    if (!views.isEmpty()) {
      encoding.acquireUninterruptibly();
      try {
        if (isClosed) {
          throw new CancellationException();
        }
        long begin = System.nanoTime();
        encoded =
            (isOnly ? encoder.encoded(views) : Workers.beside(() -> encoder.encoded(views)))
                .iterator();
        // The time of a process with as many such threads as encoders.
        seconds = (System.nanoTime() - begin + wait - start) / 1e9 / encoders / views.size();
      } finally {
        encoding.release();
      }
    }
    List<Processed<T>> processed = new ArrayList<>();
    for (Processed<T> each : prepared) {
      List<KeyedView> done = new ArrayList<>();
      for (KeyedView view : each.views()) {
        Feature feature = null;
        if (view.image() != null) {
          Feature next = encoded.next();
          feature = new Feature(next.vector(), next.norm(), seconds);
        }
        done.add(new KeyedView(view.key(), null, feature));
      }
      processed.add(new Processed<>(each.image(), done, each.problem()));
    }
    return processed;
  }

  private Processed<T> prepared(T image) {
    try {
      return new Processed<>(image, prepare.apply(image), null);
    } catch (KgCoopException e) {
      return new Processed<>(image, List.of(), e);
    }
  }

  /**
   * Waits until no thread uses the encoder any more. The threads are not interrupted: an interrupt
   * closes the archive that another thread reads images of.
   */
  @Override
  public void close() {
    isClosed = true;
    begun.forEach(future -> future.cancel(false)); // those that no thread has begun
    pool.shutdown();
    boolean interrupted = false;
    for (boolean isOver = false; !isOver; ) {
      try {
        isOver = pool.awaitTermination(1, TimeUnit.HOURS);
      } catch (InterruptedException e) { // a native operation cannot be stopped
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
