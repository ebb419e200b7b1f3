package org.kgcoop.features;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.RgbImage;

/**
 * Pipeline from images to features. Its threads read, decode and transform images ahead, and the
 * thread of the caller encodes their views in groups, so that all workers have images to encode.
 * The order of the images is kept. Unreadable images are left out.
 *
 * @param <T> an image
 */
final class FeaturePipeline<T> {
  /** Number of views that are encoded together. */
  static final int GROUP = 32;

  private final ViewEncoder encoder;
  private final Function<T, List<View>> prepare;
  private final BiConsumer<T, KgCoopException> problems;
  private final int threads;
  private final int ahead;

  /**
   * Input of the image encoder.
   *
   * @param key the key of the feature
   * @param image a transformed image
   */
  record View(String key, RgbImage image) {}

  private record Prepared<T>(T image, List<View> views, @Nullable KgCoopException problem) {}

  /**
   * Creates a pipeline.
   *
   * @param prepare returns the views of an image, on any thread
   * @param problems receives the images that {@code prepare} rejects, in order; if it returns, they
   *     are left out
   * @param threads the number of threads that prepare images
   * @param ahead the maximum number of prepared images that wait
   */
  FeaturePipeline(
      ViewEncoder encoder,
      Function<T, List<View>> prepare,
      BiConsumer<T, KgCoopException> problems,
      int threads,
      int ahead) {
    this.encoder = encoder;
    this.prepare = prepare;
    this.problems = problems;
    this.threads = threads;
    this.ahead = ahead;
  }

  /**
   * Encodes the views of all images, each key once.
   *
   * @param read called after each image is read
   * @param features receives the features of each group, with the seconds that they took
   */
  void run(Iterator<T> images, Runnable read, Consumer<List<Shard.Feature>> features) {
    ExecutorService pool = Executors.newFixedThreadPool(threads, FeaturePipeline::thread);
    try {
      Queue<CompletableFuture<Prepared<T>>> begun = new ArrayDeque<>();
      Set<String> keys = new HashSet<>();
      List<View> group = new ArrayList<>();
      long start = System.nanoTime();
      while (!begun.isEmpty() || images.hasNext()) {
        while (begun.size() < ahead && images.hasNext()) {
          T image = images.next();
          begun.add(CompletableFuture.supplyAsync(() -> prepared(image), pool));
        }
        for (View view : next(begun.remove())) {
          if (keys.add(view.key())) {
            group.add(view);
          }
          if (group.size() == GROUP) {
            features.accept(encoded(group, start));
            group.clear();
            start = System.nanoTime();
          }
        }
        read.run();
      }
      if (!group.isEmpty()) {
        features.accept(encoded(group, start));
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "kgcoop-decoder");
    thread.setDaemon(true);
    return thread;
  }

  private Prepared<T> prepared(T image) {
    try {
      return new Prepared<>(image, prepare.apply(image), null);
    } catch (KgCoopException e) {
      return new Prepared<>(image, List.of(), e);
    }
  }

  private List<View> next(CompletableFuture<Prepared<T>> future) {
    Prepared<T> prepared;
    try {
      prepared = future.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
    if (prepared.problem() != null) {
      problems.accept(prepared.image(), prepared.problem());
    }
    return prepared.views();
  }

  private List<Shard.Feature> encoded(List<View> group, long start) {
    List<ViewEncoder.Encoded> encoded = encoder.encoded(group.stream().map(View::image).toList());
    double seconds = (System.nanoTime() - start) / 1e9 / group.size();
    List<Shard.Feature> features = new ArrayList<>();
    for (int i = 0; i < group.size(); i++) {
      ViewEncoder.Encoded feature = encoded.get(i);
      features.add(
          new Shard.Feature(group.get(i).key(), feature.vector(), feature.norm(), seconds));
    }
    return features;
  }
}
