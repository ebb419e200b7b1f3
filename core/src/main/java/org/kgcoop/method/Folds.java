package org.kgcoop.method;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.kgcoop.tensor.Tensor;

/**
 * Labelled images in folds, each with its share of every class. The image of a class that has no
 * other is in no fold, so that every class is seen whichever fold is held out.
 */
public final class Folds {
  static final int MOST = 4;
  private static final int NONE = -1;

  private final int[] labels;
  private final int[] fold;
  private final int count;

  /** The folds of images with those labels. */
  Folds(List<Integer> labels) {
    this(labels, MOST);
  }

  /**
   * The same.
   *
   * @param most how many they are, unless no class has as many images
   */
  public Folds(List<Integer> labels, int most) {
    this.labels = labels.stream().mapToInt(Integer::intValue).toArray();
    Map<Integer, Integer> sizes = new HashMap<>();
    labels.forEach(label -> sizes.merge(label, 1, Integer::sum));
    int largest = sizes.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    count = Math.min(most, largest);
    fold = new int[this.labels.length];
    Map<Integer, Integer> seen = new HashMap<>();
    for (int i = 0; i < fold.length; i++) {
      int number = seen.merge(this.labels[i], 1, Integer::sum) - 1;
      // Each class begins at another fold, so that small classes do not all fill the first.
      fold[i] =
          sizes.getOrDefault(this.labels[i], 0) == 1 ? NONE : (number + this.labels[i]) % count;
    }
  }

  /** The number of folds; 0 where no class has a second image. */
  public int count() {
    return count < 2 ? 0 : count;
  }

  /** True for an image of that fold. */
  public boolean holds(int number, int image) {
    return fold[image] == number;
  }

  /** The images that a method learns from while a fold is held out. */
  Part without(int held) {
    return part(i -> fold[i] != held);
  }

  Part of(int held) {
    return part(i -> fold[i] == held);
  }

  private Part part(IntPredicate which) {
    int[] places = IntStream.range(0, fold.length).filter(which).toArray();
    return new Part(places, IntStream.of(places).map(i -> labels[i]).toArray());
  }

  /**
   * Some of the images.
   *
   * @param places among all
   * @param labels of them
   */
  // Arrays, since they are taken as such and never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Part(int[] places, int[] labels) {

    /** The rows of these images, in the open scope. */
    Tensor rows(Tensor all) {
      long[] rows = IntStream.of(places).asLongStream().toArray();
      return all.indexSelect(0, Tensor.of(rows, rows.length).to(all.device()));
    }
  }
}
