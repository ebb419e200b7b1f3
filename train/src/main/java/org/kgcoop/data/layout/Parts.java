package org.kgcoop.data.layout;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.random.PythonRandom;

/** The parts of a data set, by the part that its files give to each image. */
final class Parts {

  static final String TRAIN = "train";
  static final String VAL = "val";
  static final String TEST = "test";

  private static final long SEED = 1;
  private static final double TRAIN_SHARE = 0.5;
  private static final double VAL_SHARE = 0.2;

  private Parts() {}

  /** An image and the part that the files give to it; empty if they give it none. */
  record Placed(Item item, String part) {}

  /**
   * Creates a data set. If the files give no part at all, the images are divided automatically.
   *
   * @param images the images, in the order of the files
   * @param where the file or folder, for messages
   * @throws KgCoopException of the category DATA if only some images have a part
   */
  static DataSet dataSet(
      String name,
      List<String> classNames,
      List<Placed> images,
      DataSetOptions options,
      Path where) {
    if (images.stream().allMatch(image -> image.part().isEmpty())) {
      List<Item> items = images.stream().map(Placed::item).toList();
      return divided(name, classNames, items, options, where);
    }
    List<Item> train = new ArrayList<>();
    List<Item> val = new ArrayList<>();
    List<Item> test = new ArrayList<>();
    Map<String, List<Item>> byPart = Map.of(TRAIN, train, VAL, val, TEST, test);
    for (Placed image : images) {
      List<Item> part = byPart.get(image.part());
      if (part == null) {
        throw KgCoopException.data(
            ("%s: %s is in no part, while others are; expected train, val or test in the column"
                    + " split, or in the name of its file or folder")
                .formatted(where, image.item().key()));
      }
      part.add(image.item());
    }
    return new DataSet(name, classNames, train, val, test, null);
  }

  /**
   * Divides the images and reports it. If the options say so, it uses all images for training
   * instead.
   *
   * <p>The division is that of the published code. One Python generator, seeded once, shuffles the
   * images of each class, sorted by name, in the order of the labels. The first round(0.5 n) are
   * for training, the next round(0.2 n) for validation, the rest for testing (round half to even).
   * If this leaves no test images (3 images), they come from the validation part. The few-shot
   * sample uses a separate generator.
   *
   * @param items the images, those of each class sorted
   */
  private static DataSet divided(
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
      int trainEnd = Math.max(1, (int) Math.rint(count * TRAIN_SHARE));
      int valEnd = Math.min(count - 1, trainEnd + (int) Math.rint(count * VAL_SHARE));
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
