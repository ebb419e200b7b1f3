package org.kgcoop.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.kgcoop.Messages;
import org.kgcoop.random.PythonRandom;

/**
 * The draw of the shots, image for image that of the published code: one generator of Python,
 * seeded once; for each label in order of first appearance as many images as asked for, first of
 * train, then of val at most four. A class with fewer images gives all it has, and the generator is
 * not asked.
 *
 * @param train places in the list of training images
 * @param val places in the list of validation images
 */
public record FewShot(List<Integer> train, List<Integer> val) {

  /** The number of shots that stands for all images; then nothing is drawn. */
  public static final int ALL = 0;

  /** No more validation images than this are drawn for a class. */
  public static final int MOST_VALIDATION_SHOTS = 4;

  public FewShot {
    train = List.copyOf(train);
    val = List.copyOf(val);
  }

  /**
   * Draws from labels given in the order of the files.
   *
   * @param shots images a class, 1 or more; or {@link #ALL}
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
    return new FewShot(train, draw(valLabels, Math.min(shots, MOST_VALIDATION_SHOTS), random));
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
   * The data set with only the drawn images in train and val; its test images stay.
   *
   * @param warnings gets one line that names the classes with fewer training images than asked
   */
  public static DataSet draw(DataSet dataSet, int shots, long seed, Consumer<String> warnings) {
    FewShot drawn = draw(labels(dataSet.train()), labels(dataSet.val()), shots, seed);
    List<String> poor = new ArrayList<>();
    placesByLabel(labels(dataSet.train()))
        .forEach(
            (label, places) -> {
              if (places.size() < shots) {
                poor.add(dataSet.classNames().get(label) + " (" + places.size() + ")");
              }
            });
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
    Map<Integer, List<Integer>> places = new LinkedHashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      places.computeIfAbsent(labels.get(i), label -> new ArrayList<>()).add(i);
    }
    return places;
  }
}
