package org.kgcoop.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
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
    return batches(epoch(count, seed, epoch), batchSize);
  }

  /** Returns the batches of an epoch, including an incomplete last batch. */
  public static List<int[]> allBatches(int count, int batchSize, long seed, int epoch) {
    int[] order = epoch(count, seed, epoch);
    List<int[]> all = new ArrayList<>(batches(order, batchSize));
    int rest = count % batchSize;
    if (count > batchSize && rest > 0) {
      all.add(Arrays.copyOfRange(order, count - rest, count));
    }
    return all;
  }

  /**
   * Divides an order into batches. An incomplete last batch is dropped, unless it is the only one.
   */
  public static List<int[]> batches(int[] order, int batchSize) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batchSize: expected 1 or more, got " + batchSize);
    }
    int count = order.length;
    if (count < batchSize) {
      return count == 0 ? List.of() : List.of(order.clone());
    }
    List<int[]> batches = new ArrayList<>();
    for (int from = 0; from + batchSize <= count; from += batchSize) {
      batches.add(Arrays.copyOfRange(order, from, from + batchSize));
    }
    return batches;
  }

  /**
   * Returns batches of random classes with equally many images each. This is the rule of
   * Dassl.pytorch's {@code RandomClassSampler}, with a generator seeded by {@code
   * classes:SEED:EPOCH}. The images of a class are shuffled and cut into groups of {@code
   * instances}, without the remainder. A class with fewer images repeats random ones. A batch takes
   * one group from each of its random classes, as long as enough classes have one.
   *
   * @param labels the label of each image
   * @param instances the number of images per class in a batch, at most {@code batchSize}
   */
  public static List<int[]> byClass(
      long[] labels, int batchSize, int instances, long seed, int epoch) {
    if (instances < 1 || instances > batchSize) {
      throw new IllegalArgumentException(
          "instances: expected 1 to %s, got %s".formatted(batchSize, instances));
    }
    SplitMix64 random = Seeds.generator("classes:%s:%s".formatted(seed, epoch));
    List<Deque<int[]>> portions = new ArrayList<>();
    for (List<Integer> images : byLabel(labels).values()) {
      portions.add(portions(images, instances, random));
    }
    int classes = Math.min(batchSize / instances, portions.size());
    List<int[]> batches = new ArrayList<>();
    while (!portions.isEmpty() && portions.size() >= classes) {
      int[] batch = new int[classes * instances];
      for (int i = 0; i < classes; i++) {
        Collections.swap(portions, i, i + random.nextInt(portions.size() - i));
        System.arraycopy(portions.get(i).remove(), 0, batch, i * instances, instances);
      }
      portions.removeIf(Deque::isEmpty);
      batches.add(batch);
    }
    return batches;
  }

  private static SortedMap<Long, List<Integer>> byLabel(long[] labels) {
    SortedMap<Long, List<Integer>> images = new TreeMap<>();
    for (int i = 0; i < labels.length; i++) {
      images.computeIfAbsent(labels[i], label -> new ArrayList<>()).add(i);
    }
    return images;
  }

  private static Deque<int[]> portions(List<Integer> images, int instances, SplitMix64 random) {
    int[] order = images.stream().mapToInt(Integer::intValue).toArray();
    if (order.length < instances) {
      order = new int[instances];
      for (int i = 0; i < instances; i++) {
        order[i] = images.get(random.nextInt(images.size()));
      }
    }
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int image = order[i];
      order[i] = order[other];
      order[other] = image;
    }
    return new ArrayDeque<>(batches(order, instances));
  }
}
