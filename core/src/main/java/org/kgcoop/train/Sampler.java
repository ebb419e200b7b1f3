package org.kgcoop.train;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.BatchOrder;

/** The choice of images for batches: Dassl.pytorch's samplers, but for those of several domains. */
public sealed interface Sampler {

  /** A new order in every epoch, as published; remainders are dropped. */
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

  /** A new order in every epoch; a remainder is a smaller batch. */
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

  /** The order of the training list in every epoch; remainders are dropped. */
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
   * Equal numbers of images of the classes in a batch: {@code batchSize / instances} classes drawn
   * at random, fewer where there are fewer, each with {@code instances} images. In an epoch a class
   * is drawn as often as it has images for; one with fewer images than a batch takes of it repeats
   * some of them.
   *
   * @param instances images of a class in a batch; Dassl's {@code N_INS}, 16 by default
   */
  record RandomClass(int instances) implements Sampler {
    public RandomClass {
      if (instances < 1) {
        throw KgCoopException.configuration(
            "random-class: expected at least 1 image a class, got " + instances);
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

  /** The name in files and options. */
  String id();

  /**
   * The batches of all epochs, a pure function of what is given.
   *
   * @param labels of each image
   * @param batchSize images a batch
   */
  BatchSampler plan(long[] labels, int batchSize, long seed);

  /**
   * The sampler of a name: {@code random}, {@code random:all}, {@code sequential} or {@code
   * random-class:N}.
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
