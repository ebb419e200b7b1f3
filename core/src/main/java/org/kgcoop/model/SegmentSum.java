package org.kgcoop.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.kgcoop.tensor.Tensor;

/**
 * Sums over the images of each class: the product with their one-hot labels without that product,
 * which of many classes would take longer than all else. The images are put into the order of
 * classes, those of equally many images beside each other, so that a sum is one over an axis.
 */
public final class SegmentSum implements FixedHead.Values {
  private final long[] order; // of images
  private final int[] places; // of the classes of images as they are put
  private final long[] columns; // of each class, among the classes as they are put
  private final List<Block> blocks;

  /** Classes beside each other that have equally many images. */
  private record Block(int classes, int images) {}

  /** The sums of images with those labels, 0 to classes - 1. */
  public SegmentSum(int[] labels, int count) {
    List<List<Integer>> images = new ArrayList<>();
    for (int c = 0; c < count; c++) {
      images.add(new ArrayList<>());
    }
    for (int i = 0; i < labels.length; i++) {
      images.get(labels[i]).add(i);
    }
    List<Integer> put =
        IntStream.range(0, count)
            .boxed()
            .sorted(Comparator.comparingInt(c -> images.get(c).size()))
            .toList();
    order = put.stream().flatMap(c -> images.get(c).stream()).mapToLong(i -> i).toArray();
    places =
        IntStream.range(0, count)
            .flatMap(p -> IntStream.generate(() -> p).limit(images.get(put.get(p)).size()))
            .toArray();
    columns = new long[count];
    blocks = new ArrayList<>();
    for (int place = 0; place < count; place++) {
      columns[put.get(place)] = place;
      int size = images.get(put.get(place)).size();
      Block last = blocks.isEmpty() ? null : blocks.get(blocks.size() - 1);
      if (last != null && last.images == size) {
        blocks.set(blocks.size() - 1, new Block(last.classes + 1, size));
      } else {
        blocks.add(new Block(1, size));
      }
    }
  }

  private SegmentSum(SegmentSum all, long[] columns) {
    order = all.order;
    places = all.places;
    blocks = all.blocks;
    this.columns = columns;
  }

  @Override
  public long classes() {
    return columns.length;
  }

  /** The rows of images in the order that {@link #weighted} takes them. */
  public Tensor put(Tensor rows) {
    return taken(rows, 0, order);
  }

  /**
   * The sums.
   *
   * @param values (B, N), the images as {@link #put} puts them
   * @return (B, C)
   */
  @Override
  public Tensor weighted(Tensor values) {
    List<Tensor> sums = new ArrayList<>();
    long from = 0;
    for (Block block : blocks) {
      long length = (long) block.classes * block.images;
      Tensor own = values.narrow(1, from, length);
      sums.add(own.reshape(values.size(0), block.classes, block.images).sum(2));
      from += length;
    }
    return taken(sums.size() == 1 ? sums.get(0) : Tensor.concat(sums, 1), 1, columns);
  }

  /** The one-hot labels of images as they are put: (N, C). */
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
  public FixedHead.Values select(Tensor chosen) {
    return new SegmentSum(
        this, LongStream.of(chosen.toLongs()).map(c -> columns[(int) c]).toArray());
  }

  /** Has no native memory. */
  @Override
  public FixedHead.Values copy() {
    return this;
  }

  @Override
  public void close() {}

  private static Tensor taken(Tensor all, int axis, long[] places) {
    boolean inOrder = IntStream.range(0, places.length).allMatch(i -> places[i] == i);
    return inOrder ? all : all.indexSelect(axis, Tensor.of(places, places.length).to(all.device()));
  }
}
