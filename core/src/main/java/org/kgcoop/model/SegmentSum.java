package org.kgcoop.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.kgcoop.tensor.Tensor;

/**
 * Sums of image weights per class. The result equals the product with the one-hot labels, which
 * would take most of the time if there are many classes. The images are sorted by class, and
 * classes with equal numbers of images are adjacent, so that each sum is a sum over one axis.
 */
public final class SegmentSum implements FixedHead.CacheValues {
  private final int[] order; // sorted images
  private final int[] places; // index of the class of each sorted image, among the sorted classes
  private final int[] columns; // index of each class among the sorted classes
  private final SortedMap<Integer, Long> blocks; // number of classes by their number of images

  /** Creates the sums for images with the given labels, 0 to classes - 1. */
  public SegmentSum(int[] labels, int count) {
    List<List<Integer>> images = new ArrayList<>();
    for (int c = 0; c < count; c++) {
      images.add(new ArrayList<>());
    }
    for (int i = 0; i < labels.length; i++) {
      images.get(labels[i]).add(i);
    }
    List<Integer> sorted =
        IntStream.range(0, count)
            .boxed()
            .sorted(Comparator.comparingInt(c -> images.get(c).size()))
            .toList();
    order = sorted.stream().flatMap(c -> images.get(c).stream()).mapToInt(i -> i).toArray();
    places =
        IntStream.range(0, count)
            .flatMap(p -> IntStream.generate(() -> p).limit(images.get(sorted.get(p)).size()))
            .toArray();
    columns = new int[count];
    for (int place = 0; place < count; place++) {
      columns[sorted.get(place)] = place;
    }
    blocks =
        images.stream()
            .collect(Collectors.groupingBy(List::size, TreeMap::new, Collectors.counting()));
  }

  private SegmentSum(SegmentSum all, int[] columns) {
    order = all.order;
    places = all.places;
    blocks = all.blocks;
    this.columns = columns;
  }

  @Override
  public long classes() {
    return columns.length;
  }

  /** Sorts the rows of images into the order that {@link #weighted} requires. */
  public Tensor sortByClass(Tensor rows) {
    return taken(rows, 0, order);
  }

  /**
   * Computes the sums.
   *
   * @param values the values, (B, N), with the images in the order of {@link #sortByClass}
   * @return the sums, (B, C)
   */
  @Override
  public Tensor weighted(Tensor values) {
    List<Tensor> sums = new ArrayList<>();
    long from = 0;
    for (Map.Entry<Integer, Long> block : blocks.entrySet()) {
      long length = block.getKey() * block.getValue();
      Tensor own = values.narrow(1, from, length);
      sums.add(own.reshape(values.size(0), block.getValue(), block.getKey()).sum(2));
      from += length;
    }
    return taken(sums.size() == 1 ? sums.get(0) : Tensor.concat(sums, 1), 1, columns);
  }

  /** Returns the one-hot labels of the sorted images, (N, C). */
  @Override
  public Tensor matrix() {
    float[] values = new float[Math.multiplyExact(places.length, columns.length)];
    for (int i = 0; i < places.length; i++) {
      for (int c = 0; c < columns.length; c++) {
        values[i * columns.length + c] = places[i] == columns[c] ? 1 : 0;
      }
    }
    return Tensor.of(values, places.length, columns.length);
  }

  @Override
  public FixedHead.CacheValues select(Tensor chosen) {
    return new SegmentSum(
        this, LongStream.of(chosen.toLongs()).mapToInt(c -> columns[(int) c]).toArray());
  }

  /** Returns this object, which has no native memory. */
  @Override
  public FixedHead.CacheValues map(UnaryOperator<Tensor> other) {
    return this;
  }

  private static Tensor taken(Tensor all, int axis, int[] places) {
    boolean inOrder = IntStream.range(0, places.length).allMatch(i -> places[i] == i);
    return inOrder ? all : all.indexSelect(axis, Tensor.indices(places));
  }
}
