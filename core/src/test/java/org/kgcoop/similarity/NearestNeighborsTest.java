package org.kgcoop.similarity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests of the search for the nearest vectors. */
class NearestNeighborsTest {

  @Test
  void theNearestAreThoseOfAPlainLoop() {
    Random random = new Random(1);
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < 4200; i++) { // more than a block of columns
      vectors.add(
          new float[] {(float) random.nextGaussian(), (float) random.nextGaussian(), 1, 2, i % 7});
    }
    List<List<NearestNeighbors.Neighbor>> found = new NearestNeighbors(vectors).all(4);
    for (int i = 0; i < vectors.size(); i += 97) {
      int query = i;
      List<Integer> expected =
          IntStream.range(0, vectors.size())
              .filter(j -> j != query)
              .boxed()
              .sorted(Comparator.comparingDouble(j -> -cosine(vectors.get(query), vectors.get(j))))
              .limit(4)
              .toList();
      assertThat(found.get(i)).extracting(NearestNeighbors.Neighbor::index).isEqualTo(expected);
      assertThat(found.get(i).get(0).distance())
          .isCloseTo(1 - cosine(vectors.get(i), vectors.get(expected.get(0))), within(1e-12));
    }
  }

  private static double cosine(float[] one, float[] other) {
    double product = 0;
    double a = 0;
    double b = 0;
    for (int k = 0; k < one.length; k++) {
      product += (double) one[k] * other[k];
      a += (double) one[k] * one[k];
      b += (double) other[k] * other[k];
    }
    return product / Math.sqrt(a * b);
  }

  @Test
  void equalVectorsAreInOrderAndZeroVectorsAreAtDistanceOne() {
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      vectors.add(new float[] {3, 4});
    }
    vectors.add(new float[] {0, 0});
    NearestNeighbors search = new NearestNeighbors(vectors);
    assertThat(search.all(2).get(150))
        .extracting(NearestNeighbors.Neighbor::index)
        .containsExactly(0, 1);
    assertThat(search.of(new int[] {200}, 1, (query, other) -> true).get(0).get(0).distance())
        .isEqualTo(1);
    assertThat(search.of(new int[] {0}, 3, (query, other) -> other == 7).get(0)).hasSize(1);
  }
}
