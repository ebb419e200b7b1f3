package org.kgcoop.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.kgcoop.Messages;
import org.kgcoop.random.PythonRandom;

/**
 * A few-shot sample, with the same images as the published code. One Python generator, seeded once,
 * serves all labels, in order of first appearance. For each label it samples the requested number
 * of training images, then at most four validation images. A class with fewer images uses all of
 * them, without a call of the generator.
 *
 * @param train indices into the list of training images
 * @param val indices into the list of validation images
 */
public record FewShot(List<Integer> train, List<Integer> val) {

  /** The number of shots that means all images, without sampling. */
  public static final int ALL = 0;

  /** The maximum number of sampled validation images per class. */
  public static final int MAX_VALIDATION_SHOTS = 4;

  public FewShot {
    train = List.copyOf(train);
    val = List.copyOf(val);
  }

  /**
   * Samples from labels in the order of the files.
   *
   * @param shots the number of images per class, 1 or more; or {@link #ALL}
   */
  public static FewShot draw(
      List<Integer> trainLabels, List<Integer> valLabels, int shots, long seed) {
    if (shots < 0) {
      throw new IllegalArgumentException("shots: expected 1 or more, or ALL, got " + shots);
    }
    if (shots == ALL) {
      return new FewShot(places(trainLabels), places(valLabels));
    }
    PythonRandom random = new PythonRandom(seed);
    List<Integer> train = draw(trainLabels, shots, random);
    return new FewShot(train, draw(valLabels, Math.min(shots, MAX_VALIDATION_SHOTS), random));
  }

  private static List<Integer> places(List<Integer> labels) {
    return IntStream.range(0, labels.size()).boxed().toList();
  }

  private static List<Integer> draw(List<Integer> labels, int shots, PythonRandom random) {
    List<Integer> drawn = new ArrayList<>();
    for (List<Integer> places : placesByLabel(labels).values()) {
      drawn.addAll(places.size() >= shots ? random.sample(places, shots) : places);
    }
    return drawn;
  }

  /**
   * Returns the data set with only the sampled images in train and val. The test images do not
   * change.
   *
   * @param warnings receives one line with the classes that have fewer training images than
   *     requested
   */
  public static DataSet draw(DataSet dataSet, int shots, long seed, Consumer<String> warnings) {
    FewShot drawn = draw(labels(dataSet.train()), labels(dataSet.val()), shots, seed);
    List<String> poor =
        placesByLabel(labels(dataSet.train())).entrySet().stream()
            .filter(each -> each.getValue().size() < shots)
            .map(
                each ->
                    dataSet.classNames().get(each.getKey()) + " (" + each.getValue().size() + ")")
            .toList();
    if (!poor.isEmpty()) {
      warnings.accept(
          "%s: %s of %s classes have fewer than %s training images, so all of them are used: %s"
              .formatted(
                  dataSet.name(),
                  poor.size(),
                  dataSet.classNames().size(),
                  shots,
                  Messages.firstOf(poor)));
    }
    return dataSet.withImages(
        drawn.train().stream().map(dataSet.train()::get).toList(),
        drawn.val().stream().map(dataSet.val()::get).toList(),
        dataSet.test());
  }

  private static List<Integer> labels(List<Item> items) {
    return items.stream().map(Item::label).toList();
  }

  private static Map<Integer, List<Integer>> placesByLabel(List<Integer> labels) {
    return places(labels).stream()
        .collect(Collectors.groupingBy(labels::get, LinkedHashMap::new, Collectors.toList()));
  }
}
