package org.kgcoop.train;

import java.util.List;

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
}
