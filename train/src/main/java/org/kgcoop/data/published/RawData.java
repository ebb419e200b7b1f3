package org.kgcoop.data.published;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.files.Folders;
import org.kgcoop.image.ImageNames;

/**
 * A published data set without a split file, in the form of its authors: FGVC Aircraft, or ImageNet
 * and its shifted versions. Those have one folder per class, with names in {@code classnames.txt}
 * in lines such as "n01440764 tench".
 *
 * <p>The published code uses the images of a folder of ImageNet in the order of the disk, which
 * differs between machines. Here they are sorted by name, so the few-shot samples are the same
 * everywhere. They equal those of the published code if its disk lists names in order.
 *
 * @param title the published name of the data set
 * @param images the base folder of image paths
 * @param place returns the place of an annotation file
 */
record RawData(String title, Path images, DataSetOptions options, Function<String, Path> place) {

  private static final String CLASS_NAMES = "classnames.txt";

  /**
   * Reads ImageNet: {@code train} and {@code val} below the images, labels in the sorted order of
   * the folders. The official validation images are the test part. The published code also uses
   * them for validation. Here the validation part is empty, so that settings are not chosen on test
   * images.
   */
  DataSet imageNet() {
    Map<String, String> names = classNames();
    TreeSet<String> folders = new TreeSet<>();
    for (String part : List.of("train", "val")) {
      folders.addAll(Folders.names(Folders.folders(part(part))));
    }
    List<String> sorted = List.copyOf(folders);
    List<String> classNames = named(names, sorted);
    return new DataSet(
        name(),
        classNames,
        items("train/", sorted, classNames),
        List.of(),
        items("val/", sorted, classNames),
        null);
  }

  private Path part(String name) {
    Path folder = images.resolve(name);
    if (!Files.isDirectory(folder)) {
      throw KgCoopException.data(folder + ": there is no such folder; expected ImageNet's " + name);
    }
    return folder;
  }

  /**
   * Reads test images in folders with ImageNet's identifiers. Labels follow the sorted existing
   * folders: 1000 in ImageNet-Sketch, and 200 in ImageNet-A and -R, with their own labels 0 to 199.
   */
  DataSet byIdentifier() {
    List<String> folders = Folders.names(Folders.folders(images));
    List<String> classNames = named(classNames(), folders);
    return testOnly(folders, classNames);
  }

  /** Reads ImageNetV2: folders 0 to 999, whose number is the position in {@code classnames.txt}. */
  DataSet byNumber() {
    List<String> classNames = List.copyOf(classNames().values());
    List<String> folders = IntStream.range(0, classNames.size()).mapToObj(String::valueOf).toList();
    List<String> missing =
        folders.stream().filter(name -> !Files.isDirectory(images.resolve(name))).toList();
    if (!missing.isEmpty()) {
      throw KgCoopException.data(
          "%s: no folder %s; expected 0 to %s, one per line of %s"
              .formatted(images, Messages.firstOf(missing), classNames.size() - 1, CLASS_NAMES));
    }
    return testOnly(folders, classNames);
  }

  private DataSet testOnly(List<String> folders, List<String> classNames) {
    List<Item> test = items("", folders, classNames);
    return new DataSet(name(), classNames, List.of(), List.of(), test, null);
  }

  private List<Item> items(String prefix, List<String> folders, List<String> classNames) {
    List<Item> items = new ArrayList<>();
    for (int label = 0; label < folders.size(); label++) {
      String below = prefix + folders.get(label);
      Path folder = images.resolve(below);
      if (Files.isDirectory(folder)) {
        for (Path image : ImageNames.in(folder)) {
          items.add(item(below + "/" + Folders.name(image), label, classNames.get(label)));
        }
      }
    }
    return items;
  }

  /** Returns names by folder, in the order of the file. */
  private Map<String, String> classNames() {
    Path file = file(CLASS_NAMES);
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

  private List<String> named(Map<String, String> names, List<String> folders) {
    List<String> unknown = folders.stream().filter(name -> !names.containsKey(name)).toList();
    if (!unknown.isEmpty()) {
      throw KgCoopException.data(
          "%s: %s has no name of the folders %s"
              .formatted(images, CLASS_NAMES, Messages.firstOf(unknown)));
    }
    return folders.stream().map(folder -> names.getOrDefault(folder, folder)).toList();
  }

  /**
   * Reads FGVC Aircraft: one list per part with lines "image variant". Labels follow variants.txt.
   * Images keep the order of the lists, because few-shot samples depend on it.
   */
  DataSet aircraft() {
    List<String> variants = Folders.lines(file("variants.txt"));
    return new DataSet(
        name(),
        variants,
        listed("images_variant_train.txt", variants),
        listed("images_variant_val.txt", variants),
        listed("images_variant_test.txt", variants),
        null);
  }

  private List<Item> listed(String list, List<String> variants) {
    Path file = file(list);
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
      items.add(item(fields[0] + ".jpg", label, fields[1]));
    }
    return items;
  }

  private String name() {
    return options.nameOr(title);
  }

  /** Creates an image from its path below the images. */
  private Item item(String key, int label, String className) {
    return new Item(key, Folders.resolve(images, key, title), label, className);
  }

  /** Returns the annotation file at a path below the data set. */
  private Path file(String path) {
    return place.apply(path);
  }
}
