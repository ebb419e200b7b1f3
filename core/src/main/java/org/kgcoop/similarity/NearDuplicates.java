package org.kgcoop.similarity;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.kgcoop.tensor.Vectors;

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
   * Finds the pairs among n images, by {@link NearestNeighbors}.
   *
   * @param features (n, E), of any length
   * @param neighbors k, the number of nearest images that are compared
   */
  public static NearDuplicates of(List<float[]> features, double factor, int neighbors) {
    return of(new NearestNeighbors(features).all(neighbors), factor);
  }

  /**
   * Finds the pairs among images with known neighbors.
   *
   * @param nearest the neighbors of each image, the nearest first
   */
  public static NearDuplicates of(List<List<NearestNeighbors.Neighbor>> nearest, double factor) {
    int n = nearest.size();
    if (n < 2) {
      return new NearDuplicates(SMALLEST_MEDIAN, List.of());
    }
    double[] distances = nearest.stream().mapToDouble(near -> near.get(0).distance()).toArray();
    Arrays.sort(distances);
    double median = Math.max(SMALLEST_MEDIAN, Vectors.median(distances));
    Set<Pair> pairs = new TreeSet<>(Comparator.comparing(Pair::first).thenComparing(Pair::second));
    for (int i = 0; i < n; i++) {
      for (NearestNeighbors.Neighbor near : nearest.get(i)) {
        if (near.distance() < factor * median) {
          pairs.add(new Pair(Math.min(i, near.index()), Math.max(i, near.index())));
        }
      }
    }
    return new NearDuplicates(median, List.copyOf(pairs));
  }

  /**
   * Returns the images that pairs join with some images, directly or through others.
   *
   * @param pairs pairs of positions in {@code images}
   * @param of the images in question
   * @return the other images by image of {@code of}; without those that no pair has
   */
  public static Map<Integer, Set<Integer>> groups(
      List<Pair> pairs, List<Integer> images, List<Integer> of) {
    int[] group = IntStream.range(0, images.size()).toArray();
    for (Pair pair : pairs) {
      int from = root(group, pair.first());
      group[from] = root(group, pair.second());
    }
    Map<Integer, Set<Integer>> members =
        IntStream.range(0, group.length)
            .boxed()
            .collect(
                Collectors.groupingBy(
                    i -> root(group, i), Collectors.mapping(images::get, Collectors.toSet())));
    Map<Integer, Set<Integer>> others = new HashMap<>();
    for (int i = 0; i < group.length; i++) {
      Set<Integer> all = members.getOrDefault(root(group, i), Set.of());
      if (all.size() > 1 && of.contains(images.get(i))) {
        Set<Integer> rest = new HashSet<>(all);
        rest.remove(images.get(i));
        others.put(images.get(i), rest);
      }
    }
    return others;
  }

  private static int root(int[] group, int at) {
    int up = at;
    while (group[up] != up) {
      up = group[up];
    }
    return up;
  }
}
