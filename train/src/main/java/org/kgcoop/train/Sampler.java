package org.kgcoop.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.core.source64.SplitMix64;
import org.kgcoop.random.Seeds;

/**
 * The selection of images for batches. Each epoch has a new order.
 *
 * <p>The order is a pure function of (count, seed, epoch), so a resumed run uses the same order.
 * The generator is SplitMix64, seeded with the first eight bytes, big-endian, of the SHA-256 of the
 * text {@code order:SEED:EPOCH}. The shuffle is the inside-out form of Fisher and Yates.
 */
public enum Sampler {
  /** An incomplete last batch is dropped, unless it is the only one, as published. */
  RANDOM,
  /** The last batch can be smaller. */
  RANDOM_ALL;

  /** Returns the numbers 0 to {@code count} - 1 in the order of an epoch. */
  static int[] order(int count, long seed, int epoch) {
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
   * Returns the batches of an epoch, as the indices of the images per step.
   *
   * @param count the number of images
   * @param batchSize the number of images per batch
   * @param epoch from 0
   */
  public List<int[]> batches(int count, int batchSize, long seed, int epoch) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batchSize: expected 1 or more, got " + batchSize);
    }
    int[] order = order(count, seed, epoch);
    List<int[]> batches = new ArrayList<>();
    for (int from = 0; from < count; from += batchSize) {
      int to = Math.min(from + batchSize, count);
      if (this == RANDOM_ALL || to - from == batchSize || from == 0) {
        batches.add(Arrays.copyOfRange(order, from, to));
      }
    }
    return batches;
  }
}
