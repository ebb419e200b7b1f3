package org.kgcoop.eval;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The nearest vectors by the distance 1 - cosine, by comparison of all pairs in blocks.
 *
 * <p>A first pass in single precision finds candidates. Their distances are computed in double
 * precision in a fixed order, so that results do not depend on the processor or on the threads.
 */
public final class NearestNeighbors {
  private static final int QUERIES = 16; // vectors whose products are computed together
  private static final int COLUMNS = 1024; // products of a vector that stay in the cache

  /** More than the rounding of a product of vectors of unit length in single precision. */
  private static final float ROUNDING = 2e-5f;

  private final double[][] unit;
  private final float[][] columns; // (E, n)

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
    unit = vectors.parallelStream().map(NearestNeighbors::unit).toArray(double[][]::new);
    columns = new float[unit.length == 0 ? 0 : unit[0].length][unit.length];
    IntStream.range(0, columns.length)
        .parallel()
        .forEach(
            k -> {
              for (int i = 0; i < unit.length; i++) {
                columns[k][i] = (float) unit[i][k];
              }
            });
  }

  /** Returns the nearest other vectors of each vector, as {@link #of(int[], int, Condition)}. */
  public List<List<Neighbor>> all(int count) {
    return of(IntStream.range(0, unit.length).toArray(), count, (query, other) -> true);
  }

  /**
   * Returns the nearest other vectors of some vectors, the nearest first, and the lowest number
   * first at equal distance.
   *
   * @param queries the numbers of the vectors
   * @param count the maximum number of neighbors of each
   * @param condition the condition on a pair
   */
  public List<List<Neighbor>> of(int[] queries, int count, Condition condition) {
    return IntStream.range(0, (queries.length + QUERIES - 1) / QUERIES)
        .parallel()
        .mapToObj(
            block ->
                Arrays.copyOfRange(
                    queries, block * QUERIES, Math.min(queries.length, (block + 1) * QUERIES)))
        .flatMap(
            some -> {
              float[][] products = products(some);
              return IntStream.range(0, some.length)
                  .mapToObj(q -> nearest(some[q], products[q], count, condition));
            })
        .toList();
  }

  private float[][] products(int[] queries) {
    float[][] products = new float[queries.length][unit.length];
    for (int from = 0; from < unit.length; from += COLUMNS) {
      int to = Math.min(unit.length, from + COLUMNS);
      for (int q = 0; q < queries.length; q++) {
        addProducts(queries[q], products[q], from, to);
      }
    }
    return products;
  }

  /** Adds four columns at a time. The loop over vectors is independent, so it is vectorized. */
  private void addProducts(int query, float[] products, int from, int to) {
    double[] vector = unit[query];
    int k = 0;
    for (; k + 4 <= vector.length; k += 4) {
      float a = (float) vector[k];
      float b = (float) vector[k + 1];
      float c = (float) vector[k + 2];
      float d = (float) vector[k + 3];
      float[] first = columns[k];
      float[] second = columns[k + 1];
      float[] third = columns[k + 2];
      float[] fourth = columns[k + 3];
      for (int i = from; i < to; i++) {
        products[i] += a * first[i] + b * second[i] + c * third[i] + d * fourth[i];
      }
    }
    for (; k < vector.length; k++) {
      float a = (float) vector[k];
      float[] column = columns[k];
      for (int i = from; i < to; i++) {
        products[i] += a * column[i];
      }
    }
  }

  private List<Neighbor> nearest(int query, float[] products, int count, Condition condition) {
    float least = least(query, products, count, condition);
    int[] clear =
        IntStream.range(0, products.length)
            .filter(i -> products[i] > least + ROUNDING && i != query && condition.holds(query, i))
            .toArray();
    // Any number may be equally near: the lowest are enough.
    int[] close =
        IntStream.range(0, products.length)
            .filter(
                i ->
                    Math.abs(products[i] - least) <= ROUNDING
                        && i != query
                        && condition.holds(query, i))
            .limit(64L + count)
            .toArray();
    return IntStream.concat(Arrays.stream(clear), Arrays.stream(close))
        .mapToObj(i -> new Neighbor(i, distance(unit[query], unit[i])))
        .sorted(Comparator.comparingDouble(Neighbor::distance).thenComparingInt(Neighbor::index))
        .limit(count)
        .toList();
  }

  /** Returns the product of the vector at the given rank, or -2 if there are fewer vectors. */
  private static float least(int query, float[] products, int count, Condition condition) {
    float[] largest = new float[count];
    Arrays.fill(largest, -2);
    for (int i = 0; i < products.length; i++) {
      if (products[i] > largest[0] && i != query && condition.holds(query, i)) {
        int at = 1;
        for (; at < count && largest[at] < products[i]; at++) {
          largest[at - 1] = largest[at];
        }
        largest[at - 1] = products[i];
      }
    }
    return largest[0];
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
    double length = square == 0 ? 1 : Math.sqrt(square);
    double[] unit = new double[feature.length];
    for (int k = 0; k < unit.length; k++) {
      unit[k] = feature[k] / length;
    }
    return unit;
  }
}
