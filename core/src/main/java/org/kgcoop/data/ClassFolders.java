package org.kgcoop.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;

/**
 * Pictures in a folder for each class: either DIR/CLASS, split here, or DIR/train/CLASS,
 * DIR/val/CLASS and DIR/test/CLASS. Labels follow the sorted names of the folders.
 */
final class ClassFolders {

  private static final List<String> TRAIN = List.of("train", "training");
  private static final List<String> VAL = List.of("val", "valid", "validation");
  private static final List<String> TEST = List.of("test", "testing");

  /**
   * Where pictures of a part lie.
   *
   * @param prefix what their keys begin with
   */
  private record Part(String prefix, Path folder) {}

  private final Path root;
  private final DataSetOptions options;

  private ClassFolders(Path root, DataSetOptions options) {
    this.root = root;
    this.options = options;
  }

  static DataSet read(Path root, DataSetOptions options) {
    return new ClassFolders(root, options).read();
  }

  private DataSet read() {
    Optional<Part> train = part(TRAIN);
    Optional<Part> val = part(VAL);
    Optional<Part> test = part(TEST);
    if (train.isEmpty() && test.isEmpty() && val.isEmpty()) {
      return splitHere();
    }
    if (test.isEmpty() && val.isPresent()) {
      options
          .warnings()
          .accept(
              root
                  + ": no folder test, so the pictures of "
                  + val.get().folder()
                  + " are for test");
      test = val;
      val = Optional.empty();
    }
    return parts(train, val, test);
  }

  /**
   * Parts that lie anywhere; keys are those of the same folders below one root.
   *
   * @param val absent for no validation pictures
   */
  static DataSet ofParts(Path train, Optional<Path> val, Path test, DataSetOptions options) {
    return new ClassFolders(train, options)
        .parts(
            Optional.of(new Part("train/", train)),
            val.map(folder -> new Part("val/", folder)),
            Optional.of(new Part("test/", test)));
  }

  private DataSet parts(Optional<Part> train, Optional<Part> val, Optional<Part> test) {
    List<Part> parts = Stream.of(train, val, test).flatMap(Optional::stream).toList();
    List<String> folders = classFolders(parts);
    List<String> names = ClassNames.of(root, folders, options);
    return new DataSet(
        name(),
        names,
        items(train, folders, names),
        items(val, folders, names),
        items(test, folders, names),
        null);
  }

  private DataSet splitHere() {
    Part whole = new Part("", root);
    List<String> folders = classFolders(List.of(whole));
    List<String> names = ClassNames.of(root, folders, options);
    List<List<Item>> byLabel = new ArrayList<>();
    for (int label = 0; label < folders.size(); label++) {
      byLabel.add(items(whole, folders.get(label), label, names.get(label)));
    }
    return AutomaticSplit.of(name(), names, byLabel, options.splitSeed(), root);
  }

  private String name() {
    String given = options.name();
    if (given != null) {
      return given;
    }
    Path place = root.toAbsolutePath().normalize();
    return Folders.name(TRAIN.contains(Folders.name(place)) ? Folders.parent(place) : place);
  }

  /** The folder of that name, if it holds folders: a class may be called "train" too. */
  private Optional<Part> part(List<String> names) {
    return names.stream()
        .map(name -> new Part(name + "/", root.resolve(name)))
        .filter(part -> Files.isDirectory(part.folder()))
        .filter(part -> !Folders.folders(part.folder()).isEmpty())
        .findFirst();
  }

  /** The names of the class folders in any of these parts, sorted. */
  private List<String> classFolders(List<Part> parts) {
    TreeSet<String> names = new TreeSet<>();
    List<String> empty = new ArrayList<>();
    for (Part part : parts) {
      for (Path folder : Folders.folders(part.folder())) {
        names.add(Folders.name(folder));
        if (Folders.pictures(folder).isEmpty()) {
          empty.add(part.prefix() + Folders.name(folder));
        }
      }
    }
    if (!empty.isEmpty()) {
      throw KgCoopException.data(
          ("%s: no pictures in %s; expected JPEG, PNG, GIF, BMP or WebP files directly in each"
                  + " class folder")
              .formatted(root, Listing.firstOf(empty)));
    }
    return List.copyOf(names);
  }

  private static List<Item> items(Optional<Part> part, List<String> folders, List<String> names) {
    List<Item> items = new ArrayList<>();
    for (int label = 0; part.isPresent() && label < folders.size(); label++) {
      if (Files.isDirectory(part.get().folder().resolve(folders.get(label)))) {
        items.addAll(items(part.get(), folders.get(label), label, names.get(label)));
      }
    }
    return items;
  }

  private static List<Item> items(Part part, String folder, int label, String className) {
    return Folders.pictures(part.folder().resolve(folder)).stream()
        .map(
            file ->
                new Item(part.prefix() + folder + "/" + Folders.name(file), file, label, className))
        .toList();
  }
}
