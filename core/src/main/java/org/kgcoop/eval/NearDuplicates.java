package org.kgcoop.eval;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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

  /** The number of nearest images that cleanlab compares. */
  public static final int NEIGHBORS = 10;

  private static final double SMALLEST_MEDIAN = 1e-6;

  /** Two images, {@code first < second}. */
  public record Pair(int first, int second) {}

  public NearDuplicates {
    pairs = List.copyOf(pairs);
  }

  /**
   * Finds the pairs among n images, in n^2 E operations on all cores.
   *
   * @param features (n, E), of any length
   * @param neighbors k, the number of nearest images that are compared
   */
  public static NearDuplicates of(List<float[]> features, double factor, int neighbors) {
    int n = features.size();
    if (n < 2) {
      return new NearDuplicates(SMALLEST_MEDIAN, List.of());
    }
    double[][] unit = features.stream().map(NearDuplicates::unit).toArray(double[][]::new);
    List<List<Neighbor>> nearest =
        IntStream.range(0, n).parallel().mapToObj(i -> nearest(unit, i, neighbors)).toList();
    double[] distances = nearest.stream().mapToDouble(near -> near.get(0).distance()).toArray();
    Arrays.sort(distances);
    double median = Math.max(SMALLEST_MEDIAN, (distances[(n - 1) / 2] + distances[n / 2]) / 2);
    Set<Pair> pairs = new TreeSet<>(Comparator.comparing(Pair::first).thenComparing(Pair::second));
    for (int i = 0; i < n; i++) {
      for (Neighbor near : nearest.get(i)) {
        if (near.distance() < factor * median) {
          pairs.add(new Pair(Math.min(i, near.image()), Math.max(i, near.image())));
        }
      }
    }
    return new NearDuplicates(median, List.copyOf(pairs));
  }

  private record Neighbor(int image, double distance) {}

  /** The nearest other images, the nearest first; the lowest index of equal distances. */
  private static List<Neighbor> nearest(double[][] unit, int i, int count) {
    return IntStream.range(0, unit.length)
        .filter(j -> j != i)
        .mapToObj(j -> new Neighbor(j, distance(unit[i], unit[j])))
        .sorted(Comparator.comparingDouble(Neighbor::distance))
        .limit(count)
        .toList();
  }

  private static double distance(double[] one, double[] other) {
    double cosine = 0;
    for (int k = 0; k < one.length; k++) {
      cosine += one[k] * other[k];
    }
    return Math.max(0, 1 - cosine);
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
}
