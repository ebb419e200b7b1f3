package org.kgcoop.similarity;

import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.kgcoop.random.PythonRandom;

/**
 * Spherical k-means: Lloyd's algorithm with cosines, from random images. A center without images
 * keeps its place.
 */
public final class Clusters {
  private static final int ITERATIONS = 10;

  private Clusters() {}

  /**
   * Returns the cluster of each image, from 0.
   *
   * @param features unit rows, each (D), at least one
   * @param count the number of clusters
   */
  public static int[] of(List<float[]> features, int count, long seed) {
    return of(features, centers(features, count, seed));
  }

  private static float[][] centers(List<float[]> features, int count, long seed) {
    List<Integer> all = IntStream.range(0, features.size()).boxed().toList();
    return new PythonRandom(seed)
        .sample(all, Math.min(count, all.size())).stream()
            .map(i -> features.get(i).clone())
            .toArray(float[][]::new);
  }

  private static int[] of(List<float[]> features, float[][] centers) {
    int[] cluster = new int[features.size()];
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      int[] before = cluster.clone();
      assign(features, centers, cluster);
      if (iteration > 0 && Arrays.equals(before, cluster)) {
        break;
      }
      move(features, centers, cluster);
    }
    return cluster;
  }

  /**
   * Returns one image per cluster: the one nearest to its center.
   *
   * @param features unit rows, each (D)
   * @param count the number of clusters
   * @return positions in {@code features}, the image of the largest cluster first
   */
  public static List<Integer> central(List<float[]> features, int count, long seed) {
    if (features.isEmpty() || count < 1) {
      return List.of();
    }
    float[][] centers = centers(features, count, seed);
    int[] cluster = of(features, centers);
    TreeMap<Integer, List<Integer>> members =
        IntStream.range(0, cluster.length)
            .boxed()
            .collect(Collectors.groupingBy(i -> cluster[i], TreeMap::new, Collectors.toList()));
    return members.values().stream()
        .sorted(Comparator.comparingInt(images -> -images.size()))
        .map(images -> nearest(features, images, centers[cluster[images.get(0)]]))
        .toList();
  }

  private static int nearest(List<float[]> features, List<Integer> images, float[] center) {
    return Collections.max(images, Comparator.comparingDouble(i -> dot(features.get(i), center)));
  }

  private static void assign(List<float[]> features, float[][] centers, int[] cluster) {
    for (int i = 0; i < cluster.length; i++) {
      float best = Float.NEGATIVE_INFINITY;
      for (int c = 0; c < centers.length; c++) {
        float cosine = dot(features.get(i), centers[c]);
        if (cosine > best) {
          best = cosine;
          cluster[i] = c;
        }
      }
    }
  }

  private static void move(List<float[]> features, float[][] centers, int[] cluster) {
    float[][] sums = new float[centers.length][centers[0].length];
    for (int i = 0; i < cluster.length; i++) {
      float[] row = features.get(i);
      float[] sum = sums[cluster[i]];
      for (int d = 0; d < sum.length; d++) {
        sum[d] += row[d];
      }
    }
    for (int c = 0; c < centers.length; c++) {
      double length = Math.sqrt(dot(sums[c], sums[c]));
      if (length > 0) {
        for (int d = 0; d < sums[c].length; d++) {
          centers[c][d] = (float) (sums[c][d] / length);
        }
      }
    }
  }

  private static float dot(float[] a, float[] b) {
    float sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += a[d] * b[d];
    }
    return sum;
  }
}
