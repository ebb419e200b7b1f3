package org.kgcoop.adapt;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.kgcoop.data.Item;
import org.kgcoop.eval.LabelNoise;
import org.kgcoop.eval.Softmax;
import org.kgcoop.runs.AdaptRecord.Suspect;

/**
 * Images whose label may be wrong, found by a model of wrong labels ({@link LabelNoise}). Images
 * that occur in two classes come first, followed by the others, the most probably wrong first.
 */
final class Suspects {
  /**
   * The share of the list that is expected to be wrong. With 0.5, only one in five was, among
   * colored shapes that the classifier often mistakes.
   */
  private static final double PRECISION = 0.8;

  private Suspects() {}

  /**
   * Lists the suspect images, as many as possible while four in five are expected to be wrong.
   *
   * @param items the images with their given labels
   * @param probabilities the probabilities of each image, (C), by a classifier that has not learned
   *     from it
   * @param classNames the class names, by column of the probabilities; those of the labels first
   * @param contradictory the keys of images that occur in two classes
   * @param isGood false for a classifier that is too often wrong, so that only these are listed
   */
  static List<Suspect> of(
      List<Item> items,
      List<double[]> probabilities,
      List<String> classNames,
      Set<String> contradictory,
      boolean isGood) {
    if (items.isEmpty()) {
      return List.of();
    }
    double[][] rows = probabilities.toArray(double[][]::new);
    int[] labels = items.stream().mapToInt(Item::label).toArray();
    LabelNoise noise = LabelNoise.fit(rows, labels);
    Set<Integer> suspects = isGood ? Set.copyOf(noise.suspects(PRECISION)) : Set.of();
    return noise.order().stream()
        .filter(i -> suspects.contains(i) || contradictory.contains(items.get(i).key()))
        .sorted(Comparator.comparing(i -> !contradictory.contains(items.get(i).key())))
        .map(
            i ->
                new Suspect(
                    items.get(i).key(),
                    items.get(i).file().toString(),
                    classNames.get(labels[i]),
                    classNames.get(likelyOther(rows[i], labels[i])),
                    rows[i][labels[i]]))
        .toList();
  }

  /** Returns the most probable class other than the label. */
  private static int likelyOther(double[] probabilities, int label) {
    double[] others = probabilities.clone();
    others[label] = -1;
    return Softmax.argMax(others);
  }
}
