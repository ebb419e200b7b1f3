package org.kgcoop.data.published;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.files.Folders;

/**
 * A reader of FGVC Aircraft, which has no split file: one list per part with lines "image variant".
 * Labels follow variants.txt. Images keep the order of the lists, because few-shot samples depend
 * on it.
 */
final class AircraftLists {

  private AircraftLists() {}

  static DataSet read(RawData raw) {
    List<String> variants = Folders.lines(raw.file("variants.txt"));
    return new DataSet(
        raw.name(),
        variants,
        items(raw, "images_variant_train.txt", variants),
        items(raw, "images_variant_val.txt", variants),
        items(raw, "images_variant_test.txt", variants),
        null);
  }

  private static List<Item> items(RawData raw, String list, List<String> variants) {
    Path file = raw.file(list);
    List<Item> items = new ArrayList<>();
    for (String line : Folders.lines(file)) {
      String where = "%s, entry %s".formatted(file, items.size() + 1);
      String[] fields = line.split(" ", 2);
      if (fields.length < 2) {
        throw KgCoopException.data(
            "%s: \"%s\"; expected \"image variant\", such as \"1025794 707-320\""
                .formatted(where, line));
      }
      int label = variants.indexOf(fields[1]);
      if (label < 0) {
        throw KgCoopException.data(
            "%s: the class \"%s\" is not in the list of the %s classes"
                .formatted(where, fields[1], variants.size()));
      }
      items.add(raw.item(fields[0] + ".jpg", label, fields[1]));
    }
    return items;
  }
}
