package org.kgcoop.method;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.tensor.Tensor;

/**
 * Sums over the images of each class: the product with their one-hot labels without that product,
 * which of many classes would take longer than all else. The images are put into the order of
 * classes, those of equally many images beside each other, so that a sum is one over an axis.
 */
final class SegmentSum {
  private final long[] order; // of images
  private final int[] classes; // of images as they are put
  private final long[] columns; // of each class, among the classes as they are put
  private final List<Block> blocks = new ArrayList<>();

  /** Classes beside each other that have equally many images. */
  private record Block(int classes, int images) {}

  /** The sums of images with those labels, 0 to classes - 1. */
  SegmentSum(int[] labels, int count) {
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
    classes =
        IntStream.of(put.stream().mapToInt(c -> c).toArray())
            .flatMap(c -> IntStream.generate(() -> c).limit(images.get(c).size()))
            .toArray();
    columns = new long[count];
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

  /** The rows of images in the order that {@link #of} takes them. */
  Tensor put(Tensor rows) {
    return taken(rows, 0, order);
  }

  /**
   * The sums.
   *
   * @param values (B, N), the images as {@link #put} puts them
   * @return (B, C)
   */
  Tensor of(Tensor values) {
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
  Tensor oneHot() {
    float[] values = new float[Math.multiplyExact(classes.length, columns.length)];
    for (int i = 0; i < classes.length; i++) {
      values[i * columns.length + classes[i]] = 1;
    }
    return Tensor.of(values, classes.length, columns.length);
  }

  private static Tensor taken(Tensor all, int axis, long[] places) {
    boolean inOrder = IntStream.range(0, places.length).allMatch(i -> places[i] == i);
    return inOrder ? all : all.indexSelect(axis, Tensor.of(places, places.length).to(all.device()));
  }
}
