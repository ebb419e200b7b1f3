package org.kgcoop.similarity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Vectors;
import org.kgcoop.tensor.Workers;

/**
 * The nearest vectors by the distance 1 - cosine, by comparison of all pairs in blocks.
 *
 * <p>Products in single precision find candidates. Their distances are computed in double precision
 * in a fixed order, so that results do not depend on the processor or on the threads.
 */
public final class NearestNeighbors {
  private static final int QUERIES = 256; // rows of a block of products
  private static final int COLUMNS = 4096;

  /** More than the rounding of a product of vectors of unit length in single precision. */
  private static final float ROUNDING = 2e-5f;

  /** The number of equally near vectors that are compared in double precision. */
  private static final int EQUALLY_NEAR = 64;

  private final List<float[]> vectors;

  /** Condition on a pair of vectors, by their numbers. */
  @FunctionalInterface
  public interface Condition {
    boolean holds(int query, int other);
  }

  /**
   * A near vector.
   *
   * @param distance 1 - cosine, at least 0; 1 if one of the vectors has the length 0
   */
  public record Neighbor(int index, double distance) {}

  /**
   * Prepares a search.
   *
   * @param vectors n vectors, (E), of any length
   */
  public NearestNeighbors(List<float[]> vectors) {
    this.vectors = List.copyOf(vectors);
  }

  /** Returns the nearest other vectors of each vector, as {@link #of(int[], int, Condition)}. */
  public List<List<Neighbor>> all(int count) {
    return of(IntStream.range(0, vectors.size()).toArray(), count, (query, other) -> true);
  }

  /**
   * Returns the nearest other vectors of some vectors, the nearest first, and the lowest number
   * first at equal distance. Takes E operations per query and vector.
   *
   * @param queries the numbers of the vectors
   * @param count the maximum number of neighbors of each
   * @param condition the condition on a pair
   */
  public List<List<Neighbor>> of(int[] queries, int count, Condition condition) {
    List<List<Neighbor>> found = new ArrayList<>(Collections.nCopies(queries.length, List.of()));
    try (Scope scope = Scope.open("nearest neighbors")) {
      List<Tensor> columns =
          IntStream.range(0, blocks(vectors.size(), COLUMNS))
              .mapToObj(
                  block ->
                      units(
                          IntStream.range(
                                  block * COLUMNS, Math.min(vectors.size(), (block + 1) * COLUMNS))
                              .toArray()))
              .toList();
      Workers.forEach(
          blocks(queries.length, QUERIES),
          block -> {
            int from = block * QUERIES;
            int[] some =
                Arrays.copyOfRange(queries, from, Math.min(queries.length, from + QUERIES));
            NearestSoFar[] nearest = candidates(some, columns, count, condition);
            for (int q = 0; q < some.length; q++) {
              found.set(from + q, nearest[q].nearest());
            }
          });
    }
    return found;
  }

  private static int blocks(int count, int size) {
    return (count + size - 1) / size;
  }

  private NearestSoFar[] candidates(
      int[] queries, List<Tensor> columns, int count, Condition condition) {
    NearestSoFar[] nearest =
        Arrays.stream(queries)
            .mapToObj(query -> new NearestSoFar(query, count, condition))
            .toArray(NearestSoFar[]::new);
    Tensor rows = units(queries);
    for (int block = 0; block < columns.size(); block++) {
      try (Scope scope = Scope.open("block of products")) {
        Tensor others = columns.get(block);
        int width = (int) others.size(0);
        float[] products = rows.matmul(others.transpose(0, 1)).toFloats();
        for (int q = 0; q < queries.length; q++) {
          nearest[q].add(products, q * width, width, block * COLUMNS);
        }
      }
    }
    return nearest;
  }

  /** Returns some vectors in unit length, (numbers, E), float32. */
  private Tensor units(int[] numbers) {
    int width = vectors.get(0).length;
    float[] values = new float[numbers.length * width];
    for (int i = 0; i < numbers.length; i++) {
      double[] unit = unit(vectors.get(numbers[i]));
      for (int k = 0; k < width; k++) {
        values[i * width + k] = (float) unit[k];
      }
    }
    return Tensor.of(values, numbers.length, width);
  }

  private static double[] unit(float[] vector) {
    double square = Vectors.dot(vector, vector);
    double length = square == 0 ? 1 : Math.sqrt(square);
    double[] unit = new double[vector.length];
    for (int k = 0; k < unit.length; k++) {
      unit[k] = vector[k] / length;
    }
    return unit;
  }

  /** The vectors that may be among the nearest of a query, by their products so far. */
  private final class NearestSoFar {
    private final int query;
    private final int count;
    private final Condition condition;
    private final int[] indices;
    private final float[] products;
    private int size;
    private float limit = -2; // products below it are too far

    NearestSoFar(int query, int count, Condition condition) {
      this.query = query;
      this.count = count;
      this.condition = condition;
      indices = new int[2 * (EQUALLY_NEAR + 2 * count)];
      products = new float[indices.length];
    }

    /** Adds the products with the vectors that follow {@code first}. */
    void add(float[] values, int from, int width, int first) {
      for (int i = 0; i < width; i++) {
        float product = values[from + i];
        if (product > limit && first + i != query && condition.holds(query, first + i)) {
          if (size == indices.length) {
            discard();
          }
          indices[size] = first + i;
          products[size++] = product;
        }
      }
    }

    /** Any number may be equally near. Those with the lowest numbers are enough. */
    private void discard() {
      float[] sorted = Arrays.copyOf(products, size);
      Arrays.sort(sorted);
      float least = size < count ? -2 : sorted[size - count];
      limit = least - ROUNDING;
      int kept = 0;
      int equallyNear = 0;
      for (int i = 0; i < size; i++) {
        boolean clear = products[i] > least + ROUNDING;
        boolean close = !clear && products[i] >= limit;
        equallyNear += close ? 1 : 0;
        if (clear || (close && equallyNear <= EQUALLY_NEAR + count)) {
          indices[kept] = indices[i];
          products[kept++] = products[i];
        }
      }
      size = kept;
    }

    List<Neighbor> nearest() {
      discard();
      double[] own = unit(vectors.get(query));
      return Arrays.stream(indices, 0, size)
          .mapToObj(i -> new Neighbor(i, distance(own, unit(vectors.get(i)))))
          .sorted(Comparator.comparingDouble(Neighbor::distance).thenComparingInt(Neighbor::index))
          .limit(count)
          .toList();
    }
  }

  private static double distance(double[] one, double[] other) {
    return Math.max(0, 1 - Vectors.dot(one, other));
  }
}
