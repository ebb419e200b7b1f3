package org.kgcoop.cli.embed;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.kgcoop.tensor.Vectors;

/** The images nearest to a query, selected from a stream of any length. Thread-safe. */
final class TopMatches {
  /** The order by falling cosine, then by path. */
  private static final Comparator<Found> ORDER =
      Comparator.comparingDouble(Found::cosine).reversed().thenComparing(Found::file);

  private final int max;
  private final float[] wanted;
  private final Predicate<Path> allowed;
  private final PriorityQueue<Found> nearest = new PriorityQueue<>(ORDER.reversed());

  /** The least cosine that can be among the nearest. */
  private volatile double least = Double.NEGATIVE_INFINITY;

  /** An image, and the cosine between its feature and the query. */
  record Found(Path file, double cosine) {}

  /**
   * Prepares a search.
   *
   * @param max the number of images
   * @param wanted the feature of the query (E), of unit length
   * @param allowed the condition on an image, which is tested only for near images
   */
  TopMatches(int max, float[] wanted, Predicate<Path> allowed) {
    this.max = max;
    this.wanted = wanted;
    this.allowed = allowed;
  }

  /**
   * Adds an image if it is among the nearest so far.
   *
   * @param file returns the image
   * @param feature (E), of unit length
   */
  void offer(Supplier<Path> file, float[] feature) {
    double cosine = Vectors.dot(wanted, feature);
    if (cosine >= least) {
      offer(new Found(file.get(), cosine));
    }
  }

  private void offer(Found image) {
    if (!allowed.test(image.file())) {
      return;
    }
    synchronized (nearest) {
      nearest.add(image);
      if (nearest.size() > max) {
        nearest.remove();
        least = nearest.element().cosine();
      }
    }
  }

  /** Returns the images, the nearest first. */
  List<Found> found() {
    synchronized (nearest) {
      return nearest.stream().sorted(ORDER).toList();
    }
  }
}
