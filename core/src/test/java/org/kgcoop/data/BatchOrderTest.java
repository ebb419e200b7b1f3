package org.kgcoop.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

  @Test
  void aBatchOfClassesHoldsAsManyImagesOfEach() {
    // Three classes of 5, 4 and 1 images, in groups of 2: 2, 2 and 1 of them (with repetition).
    long[] labels = {0, 0, 0, 0, 0, 1, 1, 1, 1, 2};
    Set<List<Long>> drawn = new HashSet<>();
    for (int epoch = 0; epoch < 50; epoch++) {
      List<int[]> batches = BatchOrder.byClass(labels, 5, 2, 7, epoch);
      int portions = 0;
      List<Integer> seen = new ArrayList<>();
      for (int[] batch : batches) {
        assertThat(batch).hasSize(4); // two classes fit into 5
        List<Long> classes = Arrays.stream(batch).mapToObj(i -> labels[i]).toList();
        assertThat(classes.get(0)).isEqualTo(classes.get(1)).isNotEqualTo(classes.get(2));
        assertThat(classes.get(2)).isEqualTo(classes.get(3));
        drawn.add(classes);
        portions += 2;
        Arrays.stream(batch).filter(i -> labels[i] < 2).forEach(seen::add);
      }
      // Two batches use four of the five groups. One batch is possible if the first two classes
      // meet twice.
      assertThat(portions).isEqualTo(4);
      assertThat(seen).doesNotHaveDuplicates();
    }
    assertThat(drawn).hasSize(6); // each ordered pair of classes
  }

  @Test
  void batchesOfClassesAreAPureFunctionOfSeedAndEpoch() {
    long[] labels = new long[40];
    Arrays.setAll(labels, i -> i % 4);
    assertThat(flat(BatchOrder.byClass(labels, 8, 2, 1, 3)))
        .isEqualTo(flat(BatchOrder.byClass(labels, 8, 2, 1, 3)))
        .isNotEqualTo(flat(BatchOrder.byClass(labels, 8, 2, 1, 4)))
        .isNotEqualTo(flat(BatchOrder.byClass(labels, 8, 2, 2, 3)))
        .hasSize(40)
        .doesNotHaveDuplicates();
    // If fewer classes exist than fit into a batch, all are used in a smaller batch.
    assertThat(BatchOrder.byClass(labels, 100, 2, 1, 0)).allMatch(batch -> batch.length == 8);
    assertThat(BatchOrder.byClass(new long[0], 8, 2, 1, 0)).isEmpty();
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
