package org.kgcoop.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.core.source64.SplitMix64;
import org.kgcoop.random.Seeds;

/**
 * The order of the images in a training epoch.
 *
 * <p>It is a pure function of (count, seed, epoch), so a resumed run uses the same order. The
 * generator is SplitMix64, seeded with the first eight bytes, big-endian, of the SHA-256 of the
 * text {@code order:SEED:EPOCH}. The shuffle is the inside-out form of Fisher and Yates.
 */
public final class BatchOrder {

  private BatchOrder() {}

  /** Returns the numbers 0 to {@code count} - 1 in the order of an epoch. */
  static int[] epoch(int count, long seed, int epoch) {
    SplitMix64 random = Seeds.generator("order:%s:%s".formatted(seed, epoch));
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    return order;
  }

  /**
   * Returns the batches of an epoch. As in the published code, an incomplete last batch is dropped,
   * unless it is the only one.
   */
  public static List<int[]> batches(int count, int batchSize, long seed, int epoch) {
    return batches(epoch(count, seed, epoch), batchSize, /* all= */ false);
  }

  /** Returns the batches of an epoch, including an incomplete last batch. */
  public static List<int[]> allBatches(int count, int batchSize, long seed, int epoch) {
    return batches(epoch(count, seed, epoch), batchSize, /* all= */ true);
  }

  private static List<int[]> batches(int[] order, int batchSize, boolean all) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batchSize: expected 1 or more, got " + batchSize);
    }
    List<int[]> batches = new ArrayList<>();
    for (int from = 0; from < order.length; from += batchSize) {
      int to = Math.min(from + batchSize, order.length);
      if (all || to - from == batchSize || from == 0) {
        batches.add(Arrays.copyOfRange(order, from, to));
      }
    }
    return batches;
  }
}
