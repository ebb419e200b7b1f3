package org.kgcoop.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {

  @Test
  void isAPureFunctionOfSeedAndEpoch() {
    assertThat(Sampler.order(20, 1, 3)).isEqualTo(Sampler.order(20, 1, 3));
    assertThat(Sampler.order(20, 1, 3)).isNotEqualTo(Sampler.order(20, 1, 4));
    assertThat(Sampler.order(20, 1, 3)).isNotEqualTo(Sampler.order(20, 2, 3));
  }

  @Test
  void doesNotChangeBetweenVersions() {
    assertThat(Sampler.order(8, 1, 0)).containsExactly(2, 7, 5, 4, 3, 1, 0, 6);
  }

  @Test
  void holdsEveryImageOnce() {
    assertThat(Sampler.order(100, 5, 0))
        .containsExactlyInAnyOrder(IntStream.range(0, 100).toArray());
    assertThat(Sampler.order(0, 5, 0)).isEmpty();
  }

  @Test
  void putsEveryImageEverywhere() {
    int[][] counts = new int[4][4];
    for (int epoch = 0; epoch < 4000; epoch++) {
      int[] order = Sampler.order(4, 9, epoch);
      for (int place = 0; place < 4; place++) {
        counts[place][order[place]]++;
      }
    }
    for (int[] row : counts) {
      for (int count : row) {
        assertThat(count).isBetween(890, 1110); // 1000 +- 4 standard deviations of 27
      }
    }
  }

  @Test
  void dropsTheRemainderUnlessItIsAll() {
    List<int[]> batches = Sampler.RANDOM.batches(10, 4, 1, 0);

    assertThat(batches).hasSize(2).allSatisfy(batch -> assertThat(batch).hasSize(4));
    assertThat(Sampler.RANDOM.batches(3, 4, 1, 0)).hasSize(1);
    assertThat(Sampler.RANDOM.batches(3, 4, 1, 0).get(0)).hasSize(3);
    assertThat(Sampler.RANDOM.batches(0, 4, 1, 0)).isEmpty();
  }

  private static List<Integer> flat(List<int[]> batches) {
    return batches.stream().flatMap(batch -> Arrays.stream(batch).boxed()).toList();
  }

  @Test
  void theLastBatchIsSmallerIfAllImagesAreRequested() {
    List<int[]> all = Sampler.RANDOM_ALL.batches(10, 4, 1, 0);
    assertThat(all).hasSize(3);
    assertThat(flat(all.subList(0, 2))).isEqualTo(flat(Sampler.RANDOM.batches(10, 4, 1, 0)));
    assertThat(flat(all)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(Sampler.RANDOM_ALL.batches(8, 4, 1, 0)).hasSize(2);
    assertThat(Sampler.RANDOM_ALL.batches(3, 4, 1, 0)).hasSize(1);
    assertThat(Sampler.RANDOM_ALL.batches(0, 4, 1, 0)).isEmpty();
  }
}
