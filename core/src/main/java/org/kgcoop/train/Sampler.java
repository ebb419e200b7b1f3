package org.kgcoop.train;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.BatchOrder;

/**
 * The selection of images for batches: Dassl.pytorch's samplers, except those for several domains.
 *
 * @param classImages the number of images per class in a batch of {@link Kind#RANDOM_CLASS};
 *     Dassl's {@code N_INS}
 */
public record Sampler(Kind kind, int classImages) {
  /** A new order in every epoch, as published. */
  public static final Sampler RANDOM = new Sampler(Kind.RANDOM, 1);

  /** The order of images. */
  public enum Kind {
    /** A new order in every epoch, as published. Incomplete batches are dropped. */
    RANDOM,
    /** A new order in every epoch. The last batch can be smaller. */
    RANDOM_ALL,
    /** The order of the training list in every epoch. Incomplete batches are dropped. */
    SEQUENTIAL,
    /**
     * Batches with the same number of images of each sampled class: {@code batchSize / classImages}
     * random classes, each with {@code classImages} images. A batch has fewer classes if there are
     * not enough. In an epoch, each class is sampled as often as it has enough images. A class with
     * fewer images repeats some.
     */
    RANDOM_CLASS
  }

  public Sampler {
    classImages = kind == Kind.RANDOM_CLASS ? classImages : 1;
    if (classImages < 1) {
      throw KgCoopException.configuration(
          "random-class: expected at least 1 image per class, got " + classImages);
    }
  }

  /** Returns the number of images per class in a batch, or empty if batches mix all classes. */
  Optional<Integer> imagesPerClass() {
    return kind == Kind.RANDOM_CLASS ? Optional.of(classImages) : Optional.empty();
  }

  /**
   * Returns the batches of all epochs, a pure function of the arguments.
   *
   * @param labels the label of each image
   * @param batchSize the number of images per batch
   */
  public BatchSampler plan(long[] labels, int batchSize, long seed) {
    int images = labels.length;
    return switch (kind) {
      case RANDOM -> BatchSampler.shuffled(images, batchSize, seed);
      case RANDOM_ALL -> epoch -> BatchOrder.allBatches(images, batchSize, seed, epoch);
      case SEQUENTIAL -> {
        int[] order = IntStream.range(0, images).toArray();
        yield epoch -> BatchOrder.batches(order, batchSize);
      }
      case RANDOM_CLASS -> {
        long[] copy = Arrays.copyOf(labels, images);
        yield epoch -> BatchOrder.byClass(copy, batchSize, classImages, seed, epoch);
      }
    };
  }
}
