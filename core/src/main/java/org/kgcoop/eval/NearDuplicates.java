package org.kgcoop.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Pairs of images that are nearly equal, by the distance 1 - cosine of their features. A pair is
 * nearly equal if its distance is below a factor of the median distance to the nearest image, and
 * one of the two is among the nearest of the other. This is the rule of cleanlab's Datalab.
 *
 * @param median the median over images of the distance to the nearest other image, at least 1e-6
 * @param pairs the pairs, ascending
 */
public record NearDuplicates(double median, List<Pair> pairs) {

  /** The factor of the median that cleanlab uses. */
  public static final double FACTOR = 0.13;

  /** The number of nearest images that cleanlab looks at. */
  public static final int NEIGHBORS = 10;

  private static final double SMALLEST_MEDIAN = 1e-6;

  /** Two images, {@code first < second}. */
  public record Pair(int first, int second) {}

  public NearDuplicates {
    pairs = List.copyOf(pairs);
  }

  /**
   * Finds the pairs among n images; takes n^2 E steps.
   *
   * @param features (n, E), of any length
   */
  public static NearDuplicates of(float[][] features, double factor, int neighbors) {
    int n = features.length;
    if (n < 2) {
      return new NearDuplicates(SMALLEST_MEDIAN, List.of());
    }
    double[][] unit = Arrays.stream(features).map(NearDuplicates::unit).toArray(double[][]::new);
    double[] nearest = new double[n];
    List<Set<Integer>> near = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      double[] row = distances(unit, i);
      List<Integer> order =
          IntStream.range(0, n)
              .filter(j -> row[j] < Double.POSITIVE_INFINITY)
              .boxed()
              .sorted(Comparator.comparingDouble(j -> row[j]))
              .limit(neighbors)
              .toList();
      nearest[i] = row[order.get(0)];
      near.add(Set.copyOf(order));
    }
    Arrays.sort(nearest);
    double median = Math.max(SMALLEST_MEDIAN, (nearest[(n - 1) / 2] + nearest[n / 2]) / 2);
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      double[] row = distances(unit, i);
      for (int j = i + 1; j < n; j++) {
        if (row[j] < factor * median && (near.get(i).contains(j) || near.get(j).contains(i))) {
          pairs.add(new Pair(i, j));
        }
      }
    }
    return new NearDuplicates(median, pairs);
  }

  private static double[] unit(float[] feature) {
    double square = 0;
    for (float value : feature) {
      square += (double) value * value;
    }
    double[] unit = new double[feature.length];
    for (int k = 0; k < unit.length; k++) {
      unit[k] = feature[k] / Math.sqrt(square);
    }
    return unit;
  }

  /** The distances of an image to all; infinity to itself. */
  private static double[] distances(double[][] unit, int i) {
    double[] distances = new double[unit.length];
    for (int j = 0; j < unit.length; j++) {
      double cosine = 0;
      for (int k = 0; k < unit[i].length; k++) {
        cosine += unit[i][k] * unit[j][k];
      }
      distances[j] = i == j ? Double.POSITIVE_INFINITY : Math.max(0, 1 - cosine);
    }
    return distances;
  }
}
