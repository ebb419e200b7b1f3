package org.kgcoop.train;

import java.util.List;
import org.kgcoop.data.BatchOrder;

/** A source of batches, epoch by epoch. */
@FunctionalInterface
public interface BatchSampler {

  /**
   * Returns the batches of an epoch.
   *
   * @param epoch from 0
   * @return the indices of the images, per step
   */
  List<int[]> batches(int epoch);

  /** Limits the number of batches per epoch to that of another sampler. */
  default BatchSampler noLongerThan(BatchSampler other) {
    return epoch -> {
      List<int[]> batches = batches(epoch);
      return batches.subList(0, Math.min(batches.size(), other.batches(epoch).size()));
    };
  }

  /**
   * Creates a sampler with a new order in every epoch, a pure function of the seed. It drops
   * incomplete batches.
   */
  static BatchSampler shuffled(int count, int batchSize, long seed) {
    return epoch -> BatchOrder.batches(count, batchSize, seed, epoch);
  }
}
