package org.kgcoop.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.kgcoop.KgCoopException;

/**
 * Pictures in a folder for each class: either DIR/CLASS, split here, or DIR/train/CLASS,
 * DIR/val/CLASS and DIR/test/CLASS. Labels follow the sorted names of the folders.
 */
final class ClassFolders {

  private static final List<String> TRAIN = List.of("train", "training");
  private static final List<String> VAL = List.of("val", "valid", "validation");
  private static final List<String> TEST = List.of("test", "testing");

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
    Optional<Path> train = part(TRAIN);
    Optional<Path> val = part(VAL);
    Optional<Path> test = part(TEST);
    if (train.isEmpty() && test.isEmpty() && val.isEmpty()) {
      return splitHere();
    }
    if (test.isEmpty() && val.isPresent()) {
      options
          .warnings()
          .accept(root + ": no folder test, so the pictures of " + val.get() + " are for test");
      test = val;
      val = Optional.empty();
    }
    List<Path> parts = new ArrayList<>();
    train.ifPresent(parts::add);
    val.ifPresent(parts::add);
    test.ifPresent(parts::add);
    List<String> folders = classFolders(parts);
    List<String> names = ClassNames.of(root, folders);
    return new DataSet(
        name(),
        names,
        items(train, folders, names),
        items(val, folders, names),
        items(test, folders, names),
        null);
  }

  private DataSet splitHere() {
    List<String> folders = classFolders(List.of(root));
    List<String> names = ClassNames.of(root, folders);
    List<List<Item>> byLabel = new ArrayList<>();
    for (int label = 0; label < folders.size(); label++) {
      byLabel.add(items(root.resolve(folders.get(label)), label, names.get(label)));
    }
    return AutomaticSplit.of(name(), names, byLabel, options.splitSeed(), root);
  }

  private String name() {
    String name = options.name();
    return name != null ? name : Folders.name(root.toAbsolutePath().normalize());
  }

  /** The folder of that name, if it holds folders: a class may be called "train" too. */
  private Optional<Path> part(List<String> names) {
    return names.stream()
        .map(root::resolve)
        .filter(Files::isDirectory)
        .filter(folder -> !Folders.folders(folder).isEmpty())
        .findFirst();
  }

  /** The names of the class folders in any of these folders, sorted. */
  private List<String> classFolders(List<Path> parents) {
    TreeSet<String> names = new TreeSet<>();
    List<Path> empty = new ArrayList<>();
    for (Path parent : parents) {
      for (Path folder : Folders.folders(parent)) {
        names.add(Folders.name(folder));
        if (Folders.pictures(folder).isEmpty()) {
          empty.add(root.relativize(folder));
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

  private List<Item> items(Optional<Path> part, List<String> folders, List<String> names) {
    List<Item> items = new ArrayList<>();
    for (int label = 0; part.isPresent() && label < folders.size(); label++) {
      Path folder = part.get().resolve(folders.get(label));
      if (Files.isDirectory(folder)) {
        items.addAll(items(folder, label, names.get(label)));
      }
    }
    return items;
  }

  private List<Item> items(Path folder, int label, String className) {
    return Folders.pictures(folder).stream()
        .map(file -> new Item(key(file), file, label, className))
        .toList();
  }

  private String key(Path file) {
    return root.relativize(file).toString().replace('\\', '/');
  }
}
