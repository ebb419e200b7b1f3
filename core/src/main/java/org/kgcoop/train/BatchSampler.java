package org.kgcoop.train;

import java.util.List;
import org.kgcoop.data.BatchOrder;

/** The images of each batch, epoch by epoch. */
@FunctionalInterface
public interface BatchSampler {

  /**
   * The batches of an epoch.
   *
   * @param epoch from 0
   * @return for each step the numbers of its images
   */
  List<int[]> batches(int epoch);

  /** The same with no more batches in an epoch than another plan has. */
  default BatchSampler noLongerThan(BatchSampler other) {
    return epoch -> {
      List<int[]> batches = batches(epoch);
      return batches.subList(0, Math.min(batches.size(), other.batches(epoch).size()));
    };
  }

  /** A new order in every epoch, a pure function of the seed; remainders are dropped. */
  static BatchSampler shuffled(int count, int batchSize, long seed) {
    return epoch -> BatchOrder.batches(count, batchSize, seed, epoch);
  }
}
