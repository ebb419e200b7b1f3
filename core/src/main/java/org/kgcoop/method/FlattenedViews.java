package org.kgcoop.method;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.kgcoop.tensor.Tensor;

/**
 * Views of images as the rows of a closed-form method, one view after the other. Each view counts
 * as an image.
 *
 * @param views the features of the views, (V, N, E)
 */
record FlattenedViews(LabeledViews views) {
  int images() {
    return views.labels().size();
  }

  /** Returns V, the number of rows per image. */
  int count() {
    return Math.toIntExact(views.features().size(0));
  }

  int width() {
    return Math.toIntExact(views.features().size(2));
  }

  /** Returns the features, (V N, E), unit rows. */
  Tensor features() {
    return views.features().reshape(-1, width()).unitRows();
  }

  int[] labels() {
    return byRow(image -> views.labels().get(image));
  }

  private int[] byRow(IntUnaryOperator imageValue) {
    return IntStream.range(0, count() * images())
        .map(row -> imageValue.applyAsInt(row % images()))
        .toArray();
  }

  /** Returns the first views of some images, in ascending order. */
  FlattenedViews part(int firstViews, int[] images) {
    Tensor which = Tensor.of(Arrays.stream(images).asLongStream().toArray(), images.length);
    Tensor some =
        views
            .features()
            .narrow(0, 0, firstViews)
            .indexSelect(1, which.to(views.features().device()));
    return new FlattenedViews(
        new LabeledViews(some, Arrays.stream(images).mapToObj(views.labels()::get).toList()));
  }

  /**
   * Returns images of all classes, as evenly as possible: the first of each class, then the second
   * of each class, and so on. If two images of each class are too many, the others are two images
   * of some classes, because an image can be left out only if its class has another.
   *
   * @param most the number of images, if there are as many
   * @return the positions, ascending
   */
  int[] evenly(int most) {
    int[] counts = new int[views.labels().stream().mapToInt(label -> label + 1).max().orElse(0)];
    int[] rank = views.labels().stream().mapToInt(label -> counts[label]++).toArray();
    int kept = Math.min(counts.length, most / 2);
    return IntStream.range(0, images())
        .filter(image -> isKept(views.labels().get(image), kept, counts.length))
        .boxed()
        .sorted(Comparator.comparingInt(image -> rank[image]))
        .limit(most)
        .mapToInt(image -> image)
        .sorted()
        .toArray();
  }

  /** Returns true for the given number of classes, at equal steps. */
  private static boolean isKept(long label, int kept, int classes) {
    return (label + 1) * kept / classes > label * kept / classes;
  }

  /**
   * Assigns a number to each row. Rows with the same number are left out together: the rows of an
   * image and the rows of images with the same group and label.
   *
   * @param groups the group number of each image; empty if each image is a group of its own
   */
  int[] leftOutTogether(List<Integer> groups) {
    Map<List<Integer>, Integer> numbers = new HashMap<>();
    return byRow(
        image ->
            groups.isEmpty()
                ? image
                : numbers.computeIfAbsent(
                    List.of(groups.get(image), views.labels().get(image)), key -> numbers.size()));
  }
}
