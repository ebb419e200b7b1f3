package org.kgcoop.data.published;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.data.layout.AutomaticSplit;
import org.kgcoop.files.Folders;
import org.kgcoop.image.ImageNames;

/**
 * A reader of data sets with one folder per class, divided into 50 % train, 20 % val and 30 % test
 * by {@link AutomaticSplit}. Labels follow the sorted names of the folders before they are renamed.
 *
 * <p>The published code shuffles the images from the order of the disk, which differs between
 * machines. This class sorts them by name first.
 *
 * @param ignored folders that are not classes
 * @param names better names of some folders
 */
record RenamedFolders(Set<String> ignored, Map<String, String> names)
    implements Function<RawData, DataSet> {

  @Override
  public DataSet apply(RawData raw) {
    List<String> classNames = new ArrayList<>();
    List<List<Item>> byLabel = new ArrayList<>();
    for (Path folder : Folders.folders(raw.images())) {
      String name = Folders.name(folder);
      if (ignored.contains(name)) {
        continue;
      }
      String className = names.getOrDefault(name, name);
      int label = classNames.size();
      List<Item> items =
          ImageNames.in(folder).stream()
              .map(file -> raw.item(name + "/" + Folders.name(file), label, className))
              .toList();
      if (items.isEmpty()) {
        throw KgCoopException.data(folder + ": no images in this class folder; expected some");
      }
      classNames.add(className);
      byLabel.add(items);
    }
    if (byLabel.isEmpty()) {
      throw KgCoopException.data(raw.images() + ": no class folders; expected some");
    }
    return AutomaticSplit.of(
        raw.name(), classNames, byLabel, raw.options().splitSeed(), raw.images());
  }
}
