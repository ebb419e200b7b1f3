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
 * Images whose label may be wrong, by confident learning ({@link LabelSuspects}). Equal images
 * under two classes come first; then the lower the probability of the given label, the earlier.
 */
final class Suspects {
  /** In a smaller class the threshold of confident learning means little. */
  private static final int FEWEST_IMAGES = 5;

  private Suspects() {}

  /**
   * Lists them. If classes have few images, it lists all images for which another class is the most
   * probable.
   *
   * @param items with their given labels
   * @param probabilities (C) of each, by a classifier that has not learned from it
   * @param classNames by label
   * @param contradictory keys of images that are there under two classes
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
