package org.kgcoop.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.core.source64.SplitMix64;

/**
 * The order of the pictures in an epoch of training.
 *
 * <p>It is a pure function of (count, seed, epoch), so a resumed run sees what an undisturbed one
 * would have seen. The generator is SplitMix64, begun with the first eight bytes, big-endian, of
 * the SHA-256 of the text {@code order:SEED:EPOCH}; the shuffle is the inside-out form of Fisher
 * and Yates.
 */
public final class BatchOrder {

  private BatchOrder() {}

  /** The numbers 0 to {@code count} - 1 in the order of that epoch. */
  public static int[] epoch(int count, long seed, int epoch) {
    SplitMix64 random = new SplitMix64(Hashes.seed("order:%d:%d".formatted(seed, epoch)));
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    return order;
  }

  /**
   * The batches of that epoch. As in the published code a remainder is dropped, unless it is all
   * there is: fewer pictures than a batch are one smaller batch.
   */
  public static List<int[]> batches(int count, int batchSize, long seed, int epoch) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batchSize: expected 1 or more, got " + batchSize);
    }
    int[] order = epoch(count, seed, epoch);
    if (count < batchSize) {
      return count == 0 ? List.of() : List.of(order);
    }
    List<int[]> batches = new ArrayList<>();
    for (int from = 0; from + batchSize <= count; from += batchSize) {
      batches.add(Arrays.copyOfRange(order, from, from + batchSize));
    }
    return batches;
  }
}
