package org.kgcoop.adapt;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.kgcoop.data.Item;
import org.kgcoop.eval.LabelSuspects;
import org.kgcoop.runs.AdaptRecord;

/**
 * Images whose label may be wrong, found by confident learning ({@link LabelSuspects}). Identical
 * images in two classes come first, followed by the others in ascending order of the probability of
 * the given label.
 */
final class Suspects {
  /**
   * Minimum number of images per class. For smaller classes, the threshold of confident learning is
   * unreliable.
   */
  private static final int FEWEST_IMAGES = 20;

  private Suspects() {}

  /**
   * Lists the suspect images. If a class has too few images, the list contains all images for which
   * another class is the most probable.
   *
   * @param items the images with their given labels
   * @param probabilities the probabilities of each image, (C), by a classifier that has not learned
   *     from it
   * @param classNames the class names, by column of the probabilities; those of the labels first
   * @param contradictory the keys of images that occur in two classes
   */
  static List<AdaptRecord.Suspect> of(
      List<Item> items,
      List<double[]> probabilities,
      List<String> classNames,
      Set<String> contradictory) {
    if (items.isEmpty()) {
      return List.of();
    }
    int[] labels = items.stream().mapToInt(Item::label).toArray();
    LabelSuspects found = new LabelSuspects(probabilities.toArray(double[][]::new), labels);
    double[] confidence = found.selfConfidence();
    double[] margin = found.normalizedMargin();
    Set<Integer> suspects =
        isLargeEnough(items)
            ? new HashSet<>(found.suspectsPredictedOtherwise(LabelSuspects.Rule.CONFIDENT))
            : IntStream.range(0, labels.length)
                .filter(i -> margin[i] < 0.5)
                .boxed()
                .collect(Collectors.toSet());
    return found.order().stream()
        .filter(i -> suspects.contains(i) || contradictory.contains(items.get(i).key()))
        .sorted(Comparator.comparing(i -> !contradictory.contains(items.get(i).key())))
        .map(
            i ->
                new AdaptRecord.Suspect(
                    items.get(i).key(),
                    items.get(i).file().toString(),
                    classNames.get(labels[i]),
                    classNames.get(found.likelyLabel(i)),
                    confidence[i]))
        .toList();
  }

  private static boolean isLargeEnough(List<Item> items) {
    return items.stream()
        .collect(Collectors.groupingBy(Item::label, Collectors.counting()))
        .values()
        .stream()
        .allMatch(images -> images >= FEWEST_IMAGES);
  }
}
