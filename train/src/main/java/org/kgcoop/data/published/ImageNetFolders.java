package org.kgcoop.data.published;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.files.Folders;
import org.kgcoop.image.ImageNames;

/**
 * A reader of ImageNet and its shifted versions: one folder per class, with names in {@code
 * classnames.txt} in lines such as "n01440764 tench".
 *
 * <p>The published code uses the images of a folder in the order of the disk, which differs between
 * machines. This class sorts them by name, so the few-shot samples of ImageNet are the same
 * everywhere. They equal those of the published code if its disk lists names in order.
 */
final class ImageNetFolders {

  private static final String CLASS_NAMES = "classnames.txt";

  private ImageNetFolders() {}

  /**
   * Reads ImageNet: {@code train} and {@code val} below the images, labels in the sorted order of
   * the folders. The official validation images are the test part. The published code also uses
   * them for validation. Here the validation part is empty, so that settings are not chosen on test
   * images.
   */
  static DataSet imageNet(RawData raw) {
    Map<String, String> names = classNames(raw);
    TreeSet<String> folders = new TreeSet<>();
    for (String part : List.of("train", "val")) {
      folders.addAll(Folders.names(Folders.folders(part(raw, part))));
    }
    List<String> sorted = List.copyOf(folders);
    List<String> classNames = named(raw, names, sorted);
    return new DataSet(
        raw.name(),
        classNames,
        items(raw, "train/", sorted, classNames),
        List.of(),
        items(raw, "val/", sorted, classNames),
        null);
  }

  private static Path part(RawData raw, String name) {
    Path folder = raw.images().resolve(name);
    if (!Files.isDirectory(folder)) {
      throw KgCoopException.data(folder + ": there is no such folder; expected ImageNet's " + name);
    }
    return folder;
  }

  /**
   * Reads test images in folders with ImageNet's identifiers. Labels follow the sorted existing
   * folders: 1000 in ImageNet-Sketch, and 200 in ImageNet-A and -R, with their own labels 0 to 199.
   */
  static DataSet byIdentifier(RawData raw) {
    List<String> folders = Folders.names(Folders.folders(raw.images()));
    List<String> classNames = named(raw, classNames(raw), folders);
    return testOnly(raw, folders, classNames);
  }

  /** Reads ImageNetV2: folders 0 to 999, whose number is the position in {@code classnames.txt}. */
  static DataSet byNumber(RawData raw) {
    List<String> classNames = List.copyOf(classNames(raw).values());
    List<String> folders = IntStream.range(0, classNames.size()).mapToObj(String::valueOf).toList();
    List<String> missing =
        folders.stream().filter(name -> !Files.isDirectory(raw.images().resolve(name))).toList();
    if (!missing.isEmpty()) {
      throw KgCoopException.data(
          "%s: no folder %s; expected 0 to %s, one per line of %s"
              .formatted(
                  raw.images(), Messages.firstOf(missing), classNames.size() - 1, CLASS_NAMES));
    }
    return testOnly(raw, folders, classNames);
  }

  private static DataSet testOnly(RawData raw, List<String> folders, List<String> classNames) {
    List<Item> test = items(raw, "", folders, classNames);
    return new DataSet(raw.name(), classNames, List.of(), List.of(), test, null);
  }

  private static List<Item> items(
      RawData raw, String prefix, List<String> folders, List<String> classNames) {
    List<Item> items = new ArrayList<>();
    for (int label = 0; label < folders.size(); label++) {
      String below = prefix + folders.get(label);
      Path folder = raw.images().resolve(below);
      if (Files.isDirectory(folder)) {
        for (Path image : ImageNames.in(folder)) {
          items.add(raw.item(below + "/" + Folders.name(image), label, classNames.get(label)));
        }
      }
    }
    return items;
  }

  /** Returns names by folder, in the order of the file. */
  private static Map<String, String> classNames(RawData raw) {
    Path file = raw.file(CLASS_NAMES);
    Map<String, String> names = new LinkedHashMap<>();
    for (String line : Folders.lines(file)) {
      String[] parts = line.split("\\s+", 2);
      if (parts.length < 2 || names.put(parts[0], parts[1]) != null) {
        throw KgCoopException.data(
            "%s: \"%s\"; expected lines \"folder name\", each folder once".formatted(file, line));
      }
    }
    return names;
  }

  private static List<String> named(RawData raw, Map<String, String> names, List<String> folders) {
    List<String> unknown = folders.stream().filter(name -> !names.containsKey(name)).toList();
    if (!unknown.isEmpty()) {
      throw KgCoopException.data(
          "%s: %s has no name of the folders %s"
              .formatted(raw.images(), CLASS_NAMES, Messages.firstOf(unknown)));
    }
    return folders.stream().map(folder -> names.getOrDefault(folder, folder)).toList();
  }
}
