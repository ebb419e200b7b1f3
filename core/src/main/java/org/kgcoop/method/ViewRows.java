package org.kgcoop.method;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.kgcoop.tensor.Tensor;

/**
 * The views of images as rows of a method in closed form, view by view: each view counts as an
 * image.
 *
 * @param views (V, N, E)
 */
record ViewRows(LabeledViews views) {
  int images() {
    return views.labels().size();
  }

  /** V, the rows of an image. */
  int count() {
    return Math.toIntExact(views.features().size(0));
  }

  int width() {
    return Math.toIntExact(views.features().size(2));
  }

  /** Unit rows, (V N, E). */
  Tensor features() {
    return views.features().reshape(-1, width()).unitRows();
  }

  int[] labels() {
    return ofRows(image -> views.labels().get(image));
  }

  private int[] ofRows(IntUnaryOperator ofImage) {
    return IntStream.range(0, count() * images())
        .map(row -> ofImage.applyAsInt(row % images()))
        .toArray();
  }

  /**
   * The rows that are left out together: those of an image, and of the images of its group that
   * have its label.
   *
   * @param groups of the images, by number; empty if each image is a group of its own
   */
  int[] leftOutTogether(List<Integer> groups) {
    Map<List<Integer>, Integer> numbers = new HashMap<>();
    return ofRows(
        image ->
            groups.isEmpty()
                ? image
                : numbers.computeIfAbsent(
                    List.of(groups.get(image), views.labels().get(image)), key -> numbers.size()));
  }
}
