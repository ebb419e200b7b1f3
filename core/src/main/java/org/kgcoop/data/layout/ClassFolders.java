package org.kgcoop.data.layout;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.files.Folders;
import org.kgcoop.image.ImageNames;

/**
 * A reader of images in one folder per class: DIR/CLASS, which it divides, or DIR/train/CLASS,
 * DIR/val/CLASS and DIR/test/CLASS. Labels follow the sorted names of the folders.
 */
public final class ClassFolders {

  private static final List<String> TRAIN = List.of("train", "training");
  private static final List<String> VAL = List.of("val", "valid", "validation");
  private static final List<String> TEST = List.of("test", "testing");
  private static final String LISTS = ".*\\.(csv|tsv|json|jsonl|xlsx?)";

  /**
   * The folder of a part.
   *
   * @param prefix the start of the keys of its images
   */
  private record Part(String prefix, Path folder) {}

  private final Path root;
  private final DataSetOptions options;

  private ClassFolders(Path root, DataSetOptions options) {
    this.root = root;
    this.options = options;
  }

  public static DataSet read(Path root, DataSetOptions options) {
    return new ClassFolders(root, options).read();
  }

  private DataSet read() {
    Optional<Part> train = part(TRAIN);
    Optional<Part> val = part(VAL);
    Optional<Part> test = part(TEST);
    if (train.isEmpty() && test.isEmpty() && val.isEmpty()) {
      return splitHere();
    }
    return parts(train, val, test).withTestImages(root, options.warnings());
  }

  /**
   * Reads parts from separate folders. Keys are the same as with folders below one root.
   *
   * @param val absent for no validation images
   */
  public static DataSet ofParts(Path train, Optional<Path> val, Path test, DataSetOptions options) {
    return new ClassFolders(train, options)
        .parts(
            Optional.of(new Part("train/", train)),
            val.map(folder -> new Part("val/", folder)),
            Optional.of(new Part("test/", test)));
  }

  private DataSet parts(Optional<Part> train, Optional<Part> val, Optional<Part> test) {
    List<String> folders =
        classFolders(
            Stream.of(train, test.or(() -> val)).flatMap(Optional::stream).toList(),
            test.flatMap(there -> val)); // without test, the classes of val must not be empty
    checkLists(folders, false);
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
    List<String> folders = classFolders(List.of(whole), Optional.empty());
    checkLists(folders, true);
    List<String> names = ClassNames.of(root, folders, options);
    List<List<Item>> byLabel = new ArrayList<>();
    for (int label = 0; label < folders.size(); label++) {
      byLabel.add(items(whole, folders.get(label), label, names.get(label)));
    }
    return AutomaticSplit.of(name(), names, byLabel, options, root);
  }

  private String name() {
    String given = options.name();
    if (given != null) {
      return given;
    }
    Path place = root.toAbsolutePath().normalize();
    return Folders.name(Folders.hasName(place, TRAIN) ? Folders.parent(place) : place);
  }

  /**
   * Finds the folder of a part by name, in any case. It must contain folders, because a class may
   * also be called "train".
   */
  private Optional<Part> part(List<String> names) {
    List<Path> folders = Folders.folders(root);
    return names.stream()
        .flatMap(name -> folders.stream().filter(f -> Folders.hasName(f, List.of(name))))
        .filter(folder -> !Folders.folders(folder).isEmpty())
        .map(folder -> new Part(Folders.name(folder) + "/", folder))
        .findFirst();
  }

  /** Returns the part of a folder with this name: train, val or test. */
  public static Optional<String> part(String folder) {
    return Stream.of(TRAIN, VAL, TEST)
        .filter(names -> names.contains(folder.toLowerCase(Locale.ROOT)))
        .map(names -> names.get(0))
        .findFirst();
  }

  /**
   * Returns the names of the class folders in any of these parts, sorted.
   *
   * @param val a part in which a class may be empty
   */
  private List<String> classFolders(List<Part> parts, Optional<Part> val) {
    TreeSet<String> names = new TreeSet<>();
    List<Path> leftOut = new ArrayList<>();
    List<String> empty = new ArrayList<>();
    for (Part part : parts) {
      for (Path folder : Folders.folders(part.folder())) {
        names.add(Folders.name(folder));
        if (!hasImages(folder, leftOut)) {
          empty.add(part.prefix() + Folders.name(folder));
        }
      }
    }
    for (Path folder : val.map(part -> Folders.folders(part.folder())).orElse(List.of())) {
      if (hasImages(folder, leftOut)) {
        names.add(Folders.name(folder));
      }
    }
    Optional<String> told = ImageNames.leftOut(leftOut);
    if (!empty.isEmpty()) {
      throw KgCoopException.data(
          ("%s: no images in %s; expected JPEG, PNG, GIF, BMP or WebP files directly in each"
                  + " class folder%s")
              .formatted(
                  root, Messages.firstOf(empty), told.map(line -> " (" + line + ")").orElse("")));
    }
    told.ifPresent(line -> options.warnings().accept(root + ": " + line));
    return List.copyOf(names);
  }

  private static boolean hasImages(Path folder, List<Path> leftOut) {
    List<Path> images =
        Folders.list(
            folder, file -> ImageNames.isImage(Folders.name(file)) && Files.isRegularFile(file));
    List<Path> others =
        images.stream().filter(file -> !ImageNames.isRead(Folders.name(file))).toList();
    leftOut.addAll(others);
    return others.size() < images.size();
  }

  /** Rejects a single class, and warns of lists that are ignored in favor of folders. */
  private void checkLists(List<String> classes, boolean divided) {
    List<String> lists =
        Folders.names(Folders.files(root)).stream()
            .filter(name -> name.toLowerCase(Locale.ROOT).matches(LISTS))
            .toList();
    String ignored = lists.isEmpty() ? "" : "; ignored lists: " + Messages.firstOf(lists);
    String instead =
        "a list of images is read as manifest.csv (path, label, split) or metadata.csv"
            + " (file_name, label)";
    if (classes.size() == 1) {
      throw KgCoopException.data(
          ("%s: the only folder with images is %s, which is one class%s; expected two or more"
                  + " class folders, or a list: %s")
              .formatted(root, classes.get(0), ignored, instead));
    }
    if (divided && !lists.isEmpty()) {
      options
          .warnings()
          .accept(
              "%s: classes are the folders %s%s; %s"
                  .formatted(root, Messages.firstOf(classes), ignored, instead));
    }
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
    return ImageNames.in(part.folder().resolve(folder)).stream()
        .map(
            file ->
                new Item(part.prefix() + folder + "/" + Folders.name(file), file, label, className))
        .toList();
  }
}
