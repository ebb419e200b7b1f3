package org.kgcoop.train;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.BatchOrder;

/**
 * The selection of images for batches: Dassl.pytorch's samplers, except those for several domains.
 */
public sealed interface Sampler {

  /** A new order in every epoch, as published. Incomplete batches are dropped. */
  record Random() implements Sampler {
    @Override
    public String id() {
      return "random";
    }

    @Override
    public BatchSampler plan(long[] labels, int batchSize, long seed) {
      return BatchSampler.shuffled(labels.length, batchSize, seed);
    }
  }

  /** A new order in every epoch. The last batch can be smaller. */
  record EveryImage() implements Sampler {
    @Override
    public String id() {
      return "random:all";
    }

    @Override
    public BatchSampler plan(long[] labels, int batchSize, long seed) {
      return epoch -> BatchOrder.allBatches(labels.length, batchSize, seed, epoch);
    }
  }

  /** The order of the training list in every epoch. Incomplete batches are dropped. */
  record Sequential() implements Sampler {
    @Override
    public String id() {
      return "sequential";
    }

    @Override
    public BatchSampler plan(long[] labels, int batchSize, long seed) {
      int[] order = IntStream.range(0, labels.length).toArray();
      return epoch -> BatchOrder.batches(order, batchSize);
    }
  }

  /**
   * Batches with the same number of images of each sampled class: {@code batchSize / instances}
   * random classes, each with {@code instances} images. A batch has fewer classes if there are not
   * enough. In an epoch, each class is sampled as often as it has enough images. A class with fewer
   * than {@code instances} images repeats some.
   *
   * @param instances the number of images per class in a batch; Dassl's {@code N_INS}, 16 by
   *     default
   */
  record RandomClass(int instances) implements Sampler {
    public RandomClass {
      if (instances < 1) {
        throw KgCoopException.configuration(
            "random-class: expected at least 1 image per class, got " + instances);
      }
    }

    @Override
    public String id() {
      return "random-class:" + instances;
    }

    @Override
    public BatchSampler plan(long[] labels, int batchSize, long seed) {
      long[] copy = Arrays.copyOf(labels, labels.length);
      return epoch -> BatchOrder.byClass(copy, batchSize, instances, seed, epoch);
    }
  }

  /** Returns the name for files and options. */
  String id();

  /**
   * Returns the batches of all epochs, a pure function of the arguments.
   *
   * @param labels the label of each image
   * @param batchSize the number of images per batch
   */
  BatchSampler plan(long[] labels, int batchSize, long seed);

  /**
   * Returns the sampler with a name: {@code random}, {@code random:all}, {@code sequential} or
   * {@code random-class:N}.
   */
  static Sampler ofId(String id) {
    Matcher classes = Pattern.compile("random-class:(\\d{1,6})").matcher(id);
    if (classes.matches()) {
      return new RandomClass(Integer.parseInt(classes.group(1)));
    }
    return switch (id) {
      case "random" -> new Random();
      case "random:all" -> new EveryImage();
      case "sequential" -> new Sequential();
      default ->
          throw KgCoopException.configuration(
              "sampler '"
                  + id
                  + "': expected random, random:all, sequential or random-class:N, such as"
                  + " random-class:4");
    };
  }
}
