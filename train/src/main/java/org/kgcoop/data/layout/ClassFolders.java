package org.kgcoop.data.layout;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.SortedFolder;
import org.kgcoop.files.Folders;
import org.kgcoop.image.ImageNames;

/**
 * A reader of images in one folder per class: DIR/CLASS, which it divides, or DIR/train/CLASS,
 * DIR/val/CLASS and DIR/test/CLASS. Labels follow the sorted names of the folders. Images in
 * subfolders of a class folder belong to the class.
 */
public final class ClassFolders {

  private static final List<String> TRAIN = List.of("train", "training");
  private static final List<String> VAL = List.of("val", "valid", "validation");
  private static final List<String> TEST = List.of("test", "testing");

  /** Without the journal of {@code label}, which says how the images were labeled. */
  private static final String LISTS = "(?!labels\\.jsonl$).*\\.(csv|tsv|json|jsonl|xlsx?)";

  /**
   * The folder of a part.
   *
   * @param name train, val or test; empty for a folder without parts
   * @param prefix the start of the keys of its images
   */
  private record Part(String name, String prefix, Path folder) {}

  private final Path root;
  private final DataSetOptions options;

  /** The image files in and below each class folder, also of unsupported formats. */
  private final Map<Path, List<Path>> found = new HashMap<>();

  private final List<String> deep = new ArrayList<>(); // keys of images in subfolders
  private final List<String> links = new ArrayList<>();

  private ClassFolders(Path root, DataSetOptions options) {
    this.root = root;
    this.options = options;
  }

  public static DataSet read(Path root, DataSetOptions options) {
    return new ClassFolders(root, options).read();
  }

  private DataSet read() {
    List<Part> parts =
        Stream.of(TRAIN, VAL, TEST).map(this::part).flatMap(Optional::stream).toList();
    return read(parts.isEmpty() ? List.of(new Part("", "", root)) : parts)
        .withTestImages(root, options.warnings());
  }

  /**
   * Reads parts from separate folders. Keys are the same as with folders below one root.
   *
   * @param val null for no validation images
   */
  public static DataSet ofParts(Path train, @Nullable Path val, Path test, DataSetOptions options) {
    List<Part> parts = new ArrayList<>();
    parts.add(new Part(Parts.TRAIN, "train/", train));
    if (val != null) {
      parts.add(new Part(Parts.VAL, "val/", val));
    }
    parts.add(new Part(Parts.TEST, "test/", test));
    return new ClassFolders(train, options).read(parts);
  }

  private DataSet read(List<Part> parts) {
    boolean isWhole = parts.get(0).name().isEmpty();
    List<String> folders = classFolders(parts);
    checkLists(folders, isWhole);
    List<Path> others = isWhole ? ImageNames.in(root) : List.of();
    if (!others.isEmpty()) {
      options.warn(
          "%s: %s in no class folder and left out, such as %s"
              .formatted(
                  root,
                  Messages.count(others.size(), "image is", "images are"),
                  Folders.name(others.get(0))));
    }
    List<String> names = ClassNames.of(root, folders);
    List<Parts.Placed> images = new ArrayList<>();
    for (Part part : parts) {
      for (int label = 0; label < folders.size(); label++) {
        Path folder = part.folder().resolve(folders.get(label));
        for (Path file : found.getOrDefault(folder, List.of())) {
          if (ImageNames.isRead(Folders.name(file))) {
            String key = part.prefix() + Folders.relative(part.folder(), file);
            images.add(new Parts.Placed(new Item(key, file, label, names.get(label)), part.name()));
            if (!folder.equals(file.getParent())) {
              deep.add(key);
            }
          }
        }
      }
    }
    reportSubfolders();
    return Parts.dataSet(name(), names, images, options, root);
  }

  /** Reports images in subfolders, because the subfolders could be meant as classes. */
  private void reportSubfolders() {
    if (!deep.isEmpty()) {
      options.note(
          "%s: %s in subfolders of a class folder, such as %s; they belong to that class"
              .formatted(root, Messages.count(deep.size(), "image is", "images are"), deep.get(0)));
    }
    if (!links.isEmpty()) {
      options.warn(
          "%s: links to folders inside a class folder are left out: %s"
              .formatted(root, Messages.firstOf(links)));
    }
  }

  private String name() {
    Path place = root.toAbsolutePath().normalize();
    return options.nameOr(
        Folders.name(Folders.hasName(place, TRAIN) ? Folders.parent(place) : place));
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
        .map(folder -> new Part(names.get(0), Folders.name(folder) + "/", folder))
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
   * Returns the names of the class folders in any of the parts, sorted. Next to test images, a
   * class may have no validation images.
   */
  private List<String> classFolders(List<Part> parts) {
    boolean hasTest = parts.stream().anyMatch(part -> part.name().equals(Parts.TEST));
    TreeSet<String> names = new TreeSet<>();
    List<Path> leftOut = new ArrayList<>();
    List<String> empty = new ArrayList<>();
    for (Part part : parts) {
      boolean mayBeEmpty = hasTest && part.name().equals(Parts.VAL);
      for (Path folder : foldersOf(part)) {
        List<Path> images =
            Folders.below(
                folder, ImageNames::isImage, link -> links.add(Folders.relative(root, link)));
        found.put(folder, images);
        List<Path> others =
            images.stream().filter(file -> !ImageNames.isRead(Folders.name(file))).toList();
        leftOut.addAll(others);
        if (others.size() < images.size()) {
          names.add(Folders.name(folder));
        } else if (!mayBeEmpty) {
          empty.add(part.prefix() + Folders.name(folder));
        }
      }
    }
    Optional<String> skippedNote = ImageNames.leftOut(leftOut);
    if (!empty.isEmpty()) {
      throw KgCoopException.data(
          ("%s: no images in %s; expected JPEG, PNG, GIF, BMP, WebP, TIFF or RAW files in each class"
                  + " folder%s")
              .formatted(
                  root,
                  Messages.firstOf(empty),
                  skippedNote.map(line -> " (" + line + ")").orElse("")));
    }
    skippedNote.ifPresent(line -> options.warn(root + ": " + line));
    return List.copyOf(names);
  }

  /** Returns the class folders of a part. Images of no class, which predict sorted, are none. */
  private List<Path> foldersOf(Part part) {
    Optional<Path> none = part.folder().equals(root) ? noClass(root) : Optional.empty();
    none.ifPresent(
        folder ->
            options.note(
                folder
                    + ": predict sorted images of no class into this folder, so it is not a"
                    + " class; adapt uses it as --unknown"));
    return Folders.folders(part.folder()).stream()
        .filter(folder -> none.filter(folder::equals).isEmpty())
        .toList();
  }

  /** Returns the folder into which {@code predict} sorted images of no class, if there is one. */
  public static Optional<Path> noClass(Path root) {
    return SortedFolder.read(root)
        .map(SortedFolder::none)
        .map(root::resolve)
        .filter(Files::isDirectory);
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
      options.warn(
          "%s: classes are the folders %s%s; %s"
              .formatted(root, Messages.firstOf(classes), ignored, instead));
    }
  }
}
