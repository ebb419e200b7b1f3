package org.kgcoop.train;

import org.kgcoop.data.BatchOrder;

/** The selection of images for batches. Each epoch has a new order. */
public enum Sampler {
  /** Incomplete batches are dropped, as published. */
  RANDOM,
  /** The last batch can be smaller. */
  RANDOM_ALL;

  /**
   * Returns the batches of all epochs, a pure function of the arguments.
   *
   * @param images the number of images
   * @param batchSize the number of images per batch
   */
  public BatchSampler plan(int images, int batchSize, long seed) {
    return switch (this) {
      case RANDOM -> epoch -> BatchOrder.batches(images, batchSize, seed, epoch);
      case RANDOM_ALL -> epoch -> BatchOrder.allBatches(images, batchSize, seed, epoch);
    };
  }
}
