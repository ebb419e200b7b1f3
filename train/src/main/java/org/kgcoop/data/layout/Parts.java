package org.kgcoop.data.layout;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;

/** The parts of a data set, by the part that its files give to each image. */
final class Parts {

  static final String TRAIN = "train";
  static final String VAL = "val";
  static final String TEST = "test";

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
      return AutomaticSplit.of(name, classNames, items, options, where);
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
}
