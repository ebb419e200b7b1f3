package org.kgcoop.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchOrderTest {

  @Test
  void isAPureFunctionOfSeedAndEpoch() {
    assertThat(BatchOrder.epoch(20, 1, 3)).isEqualTo(BatchOrder.epoch(20, 1, 3));
    assertThat(BatchOrder.epoch(20, 1, 3)).isNotEqualTo(BatchOrder.epoch(20, 1, 4));
    assertThat(BatchOrder.epoch(20, 1, 3)).isNotEqualTo(BatchOrder.epoch(20, 2, 3));
  }

  @Test
  void doesNotChangeBetweenVersions() {
    assertThat(BatchOrder.epoch(8, 1, 0)).containsExactly(2, 7, 5, 4, 3, 1, 0, 6);
  }

  @Test
  void holdsEveryImageOnce() {
    assertThat(BatchOrder.epoch(100, 5, 0))
        .containsExactlyInAnyOrder(IntStream.range(0, 100).toArray());
    assertThat(BatchOrder.epoch(0, 5, 0)).isEmpty();
  }

  @Test
  void putsEveryImageEverywhere() {
    int[][] counts = new int[4][4];
    for (int epoch = 0; epoch < 4000; epoch++) {
      int[] order = BatchOrder.epoch(4, 9, epoch);
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
    List<int[]> batches = BatchOrder.batches(10, 4, 1, 0);

    assertThat(batches).hasSize(2).allSatisfy(batch -> assertThat(batch).hasSize(4));
    assertThat(BatchOrder.batches(3, 4, 1, 0)).hasSize(1);
    assertThat(BatchOrder.batches(3, 4, 1, 0).get(0)).hasSize(3);
    assertThat(BatchOrder.batches(0, 4, 1, 0)).isEmpty();
  }

  private static List<Integer> flat(List<int[]> batches) {
    return batches.stream().flatMap(batch -> Arrays.stream(batch).boxed()).toList();
  }

  @Test
  void theLastBatchIsSmallerIfAllImagesAreRequested() {
    List<int[]> all = BatchOrder.allBatches(10, 4, 1, 0);
    assertThat(all).hasSize(3);
    assertThat(flat(all.subList(0, 2))).isEqualTo(flat(BatchOrder.batches(10, 4, 1, 0)));
    assertThat(flat(all)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(BatchOrder.allBatches(8, 4, 1, 0)).hasSize(2);
    assertThat(BatchOrder.allBatches(3, 4, 1, 0)).hasSize(1);
    assertThat(BatchOrder.allBatches(0, 4, 1, 0)).isEmpty();
  }
}
