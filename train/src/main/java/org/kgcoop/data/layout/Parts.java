package org.kgcoop.data.layout;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

  /**
   * Creates a data set. If the files give no part at all, the images are divided automatically.
   *
   * @param items the images, in the order of the files
   * @param parts the part of each image; empty if the files give it none
   * @param where the file or folder, for messages
   * @throws KgCoopException of the category DATA if only some images have a part
   */
  static DataSet dataSet(
      String name,
      List<String> classNames,
      List<Item> items,
      List<String> parts,
      DataSetOptions options,
      Path where) {
    if (parts.stream().allMatch(String::isEmpty)) {
      TreeMap<Integer, List<Item>> byLabel = new TreeMap<>();
      items.forEach(
          item -> byLabel.computeIfAbsent(item.label(), label -> new ArrayList<>()).add(item));
      return AutomaticSplit.of(name, classNames, List.copyOf(byLabel.values()), options, where);
    }
    List<Item> train = new ArrayList<>();
    List<Item> val = new ArrayList<>();
    List<Item> test = new ArrayList<>();
    Map<String, List<Item>> byPart = Map.of(TRAIN, train, VAL, val, TEST, test);
    for (int i = 0; i < items.size(); i++) {
      List<Item> part = byPart.get(parts.get(i));
      if (part == null) {
        throw KgCoopException.data(
            ("%s: %s is in no part, while others are; expected train, val or test in the column"
                    + " split, or in the name of its file or folder")
                .formatted(where, items.get(i).key()));
      }
      part.add(items.get(i));
    }
    return new DataSet(name, classNames, train, val, test, null);
  }
}
