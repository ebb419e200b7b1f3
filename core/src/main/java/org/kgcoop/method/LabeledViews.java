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
 * Raw image features of several views of each image, with labels.
 *
 * @param features the outputs of the image encoder, (V, N, E), not normalized
 * @param labels the labels of the N images, 0 to classes - 1
 */
public record LabeledViews(Tensor features, List<Integer> labels) {
  public LabeledViews {
    labels = List.copyOf(labels);
  }

  int[] labelArray() {
    return labels.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Returns V, the number of rows per image. */
  int count() {
    return Math.toIntExact(features.size(0));
  }

  int width() {
    return Math.toIntExact(features.size(2));
  }

  /**
   * Returns the rows of a closed-form method, (V N, E), unit rows: one view after the other. Each
   * view counts as an image.
   */
  Tensor rows() {
    return features.reshape(-1, width()).unitRows();
  }

  int[] rowLabels() {
    return byRow(labels::get);
  }

  private int[] byRow(IntUnaryOperator imageValue) {
    return IntStream.range(0, count() * labels.size())
        .map(row -> imageValue.applyAsInt(row % labels.size()))
        .toArray();
  }

  /** Returns the first views of some images, in ascending order. */
  LabeledViews part(int firstViews, int[] images) {
    return new LabeledViews(
        features.narrow(0, 0, firstViews).indexSelect(1, Tensor.indices(images)),
        Arrays.stream(images).mapToObj(labels::get).toList());
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
    int[] counts = new int[labels.stream().mapToInt(label -> label + 1).max().orElse(0)];
    int[] rank = labels.stream().mapToInt(label -> counts[label]++).toArray();
    int kept = Math.min(counts.length, most / 2);
    return IntStream.range(0, labels.size())
        .filter(image -> isKept(labels.get(image), kept, counts.length))
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
                    List.of(groups.get(image), labels.get(image)), key -> numbers.size()));
  }
}
