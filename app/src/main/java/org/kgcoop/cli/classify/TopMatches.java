package org.kgcoop.cli.classify;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.kgcoop.KgCoopException;

/** The images nearest to a query, selected from a stream of any length. Thread-safe. */
final class TopMatches {
  /** The order by falling cosine, then by path. */
  private static final Comparator<Found> ORDER =
      Comparator.comparingDouble(Found::cosine).reversed().thenComparing(Found::file);

  private final int max;
  private final PriorityQueue<Found> nearest = new PriorityQueue<>(ORDER.reversed());

  /** An image, and the cosine between its feature and the query. */
  record Found(Path file, double cosine) {}

  TopMatches(int max) {
    if (max < 1) {
      throw KgCoopException.configuration("--top: expected at least 1, got " + max);
    }
    this.max = max;
  }

  /**
   * Adds an image if it is among the nearest so far.
   *
   * @param wanted the feature of the query (E), with unit length like {@code feature}
   */
  void offer(Path file, float[] wanted, float[] feature) {
    double cosine = 0;
    for (int i = 0; i < wanted.length; i++) {
      cosine += (double) wanted[i] * feature[i];
    }
    offer(new Found(file, cosine));
  }

  private synchronized void offer(Found image) {
    if (nearest.size() < max) {
      nearest.add(image);
    } else if (ORDER.compare(image, nearest.element()) < 0) {
      nearest.remove();
      nearest.add(image);
    }
  }

  /** Returns the images, the nearest first. */
  synchronized List<Found> found() {
    return nearest.stream().sorted(ORDER).toList();
  }
}
