package org.kgcoop.data.layout;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.random.PythonRandom;

/**
 * A division of images without a given split, as in the published code. One Python generator,
 * seeded once, shuffles the images of each class, sorted by name, in the order of the labels. The
 * first round(0.5 n) are for training, the next round(0.2 n) for validation, the rest for testing
 * (round half to even).
 *
 * <p>If this leaves no test images (3 images), they come from the validation part. The few-shot
 * sample uses a separate generator.
 */
final class AutomaticSplit {

  private static final long SEED = 1;
  private static final double TRAIN = 0.5;
  private static final double VAL = 0.2;

  private AutomaticSplit() {}

  /**
   * Divides the images and reports it. If the options say so, it uses all images for training
   * instead.
   *
   * @param items the images, those of each class sorted
   */
  static DataSet of(
      String name, List<String> classNames, List<Item> items, DataSetOptions options, Path where) {
    Collection<List<Item>> byLabel =
        items.stream()
            .collect(Collectors.groupingBy(Item::label, TreeMap::new, Collectors.toList()))
            .values();
    List<Item> train = new ArrayList<>();
    List<Item> val = new ArrayList<>();
    List<Item> test = new ArrayList<>();
    PythonRandom random = new PythonRandom(SEED);
    for (List<Item> shuffled : byLabel) {
      int count = shuffled.size();
      if (!options.divide()) {
        train.addAll(shuffled);
        continue;
      }
      if (count < 2) {
        throw KgCoopException.data(
            ("%s: class \"%s\" has %s image; without a given split a class needs 2 or more,"
                    + " one to train on and one to test")
                .formatted(where, shuffled.get(0).className(), count));
      }
      random.shuffle(shuffled);
      int trainEnd = Math.max(1, (int) Math.rint(count * TRAIN));
      int valEnd = Math.min(count - 1, trainEnd + (int) Math.rint(count * VAL));
      train.addAll(shuffled.subList(0, trainEnd));
      val.addAll(shuffled.subList(trainEnd, valEnd));
      test.addAll(shuffled.subList(valEnd, count));
    }
    if (options.divide()) {
      options.note(
          ("%s: no train and test parts, so the images of each class are divided here:"
                  + " %s train, %s val, %s test")
              .formatted(where, train.size(), val.size(), test.size()));
    }
    return new DataSet(name, classNames, train, val, test, null);
  }
}
