package org.kgcoop.cli.sorting;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.EnumIds;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.data.SortedFolder;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.FolderNames;
import org.kgcoop.files.Folders;
import org.kgcoop.files.LockedFile;

/** A folder into which images are sorted, with one subfolder per class. */
final class ImageSorter {
  private static final int MAX_BYTES = 255; // of a file name

  /** The name of an incomplete copy. */
  static final String PART = ".kgcoop-sorting.tmp";

  private static final String LOCK = ".kgcoop-sorting.lock";

  /** The names that an interrupted sorting may leave in an otherwise empty folder. */
  private static final Set<String> OWN = Set.of(PART, LOCK, SortingPlan.FILE, SortedFolder.FILE);

  /** The maximum number of characters of a folder name. Each character has up to 4 bytes. */
  private static final int MAX_NAME_LENGTH = 55;

  private static final int MAX_EXTENSION_BYTES = 16; // of a file name extension, in bytes

  private final Path folder;
  private final Way way;
  private final BooleanSupplier interrupted;
  private final Placement placement;
  private @Nullable KeywordWriter keywords;

  /** The images by their real paths, so that an image with two names is sorted once. */
  private final Map<Path, Sorted> images = new LinkedHashMap<>();

  /** The paths at which an interrupted sorting has put images. */
  private final Set<Path> alreadyPut = new HashSet<>();

  /**
   * An image with its class.
   *
   * @param file the path as the user named it
   * @param index the index of the class, or -1 for none of them
   */
  private record Sorted(Path file, int index) {}

  /** The way in which an image gets into its folder. */
  enum Way {
    COPY("copied"),
    LINK("linked"),
    MOVE("moved");

    private final String done;

    Way(String done) {
      this.done = done;
    }

    static Way of(String id) {
      return EnumIds.of(Way.class, "--sort-by", id);
    }
  }

  ImageSorter(Path folder, Way way, BooleanSupplier interrupted) {
    this(folder, way, interrupted, new Placement(folder.resolve(PART)));
  }

  ImageSorter(Path folder, Way way, BooleanSupplier interrupted, Placement placement) {
    this.folder = folder;
    this.way = way;
    this.interrupted = interrupted;
    this.placement = placement;
  }

  /** Also writes the keyword of each image, next to its new path. */
  void setKeywords(@Nullable KeywordWriter keywords) {
    this.keywords = keywords;
  }

  /**
   * Rejects a folder that is not empty, is in use or cannot be created. A folder in which sorting
   * was interrupted is accepted.
   */
  static void check(Path folder) {
    withLock(folder, () -> "");
  }

  /** Checks the folder and runs a piece of work. Meanwhile, no other call sorts into the folder. */
  private static String withLock(Path folder, Supplier<String> work) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw refused(folder, "a file; expected a folder");
    }
    try {
      if (!Files.isDirectory(folder)) { // createDirectories rejects a link to a folder
        Files.createDirectories(folder);
      }
      Path file = folder.resolve(LOCK);
      refuseLink(folder, file);
      String inUse = "another call sorts images into it; wait for its end, or name a new folder";
      try (LockedFile lock = LockedFile.tryOpen(file).orElseThrow(() -> refused(folder, inUse))) {
        try {
          checkContent(folder);
          return work.get();
        } finally {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      throw KgCoopException.io(
          "--sort-into %s: cannot be written: %s; check the permissions or name another folder"
              .formatted(folder, FileErrors.reason(e)),
          e);
    }
  }

  private static void checkContent(Path folder) throws IOException {
    List<Path> there;
    try (Stream<Path> files = Files.list(folder)) {
      there = files.toList();
    }
    for (Path file : there) {
      refuseLink(folder, file);
    }
    if (!there.stream().allMatch(ImageSorter::isOwn) && SortingPlan.read(folder).isEmpty()) {
      throw refused(folder, "not empty; expected a new folder, or an empty one");
    }
  }

  /** Returns true for a file of an interrupted sorting, also of an interrupted write of it. */
  private static boolean isOwn(Path file) {
    return OWN.contains(Folders.name(file))
        || OWN.stream().anyMatch(own -> AtomicFile.isLeft(file, own));
  }

  private static KgCoopException refused(Path folder, String reason) {
    return KgCoopException.configuration("--sort-into %s: %s".formatted(folder, reason));
  }

  /** Rejects a link, such as one in place of a class folder. It may lead to any folder. */
  private static void refuseLink(Path folder, Path file) {
    if (Files.isSymbolicLink(file)) {
      String name = Folders.name(file);
      throw refused(folder, "contains the link " + name + "; expected no links; name a new folder");
    }
  }

  /**
   * Adds an image.
   *
   * @param index the index of the class, or -1 for none of them
   */
  void add(Path file, int index) {
    images.putIfAbsent(Folders.real(file), new Sorted(file, index));
  }

  /** Returns the position of a class, or the last one for no class. */
  private static int place(int index, List<String> names) {
    return index < 0 ? names.size() - 1 : index;
  }

  /**
   * Puts every image into the folder of its class. If two images have the same name, it appends a
   * number. If sorting was interrupted, it puts the remaining images there. Before the first image,
   * it records that a classifier proposed the classes.
   *
   * @param names the names of all classes, followed by the name of the folder for no class
   * @param method the method of the classifier
   * @param fingerprint the fingerprint of the classifier, or null for a zero-shot classifier
   * @param clip the fingerprint of the CLIP
   * @return a summary of one line
   */
  String arrange(List<String> names, String method, @Nullable String fingerprint, String clip) {
    return withLock(
        folder,
        () -> {
          List<String> folderNames = folderNames(names);
          Optional<SortingPlan> interrupted = SortingPlan.read(folder);
          Optional<SortedFolder> before = interrupted.flatMap(plan -> SortedFolder.read(folder));
          Map<Sorted, Path> targets =
              targets(folderNames, interrupted.map(SortingPlan::targets).orElse(Map.of()));
          String none = before.map(SortedFolder::none).orElse(null);
          Map<String, String> proposed =
              new HashMap<>(before.map(SortedFolder::proposed).orElse(Map.of()));
          for (Map.Entry<Sorted, Path> each : targets.entrySet()) {
            int index = each.getKey().index;
            none = index < 0 ? folderNames.get(folderNames.size() - 1) : none;
            String path = Folders.relative(folder, each.getValue());
            proposed.put(path, names.get(place(index, names)));
          }
          if (!targets.isEmpty()) {
            new SortedFolder(method, fingerprint, clip, none, proposed).write(folder);
          }
          return put(targets);
        });
  }

  private String put(Map<Sorted, Path> targets) {
    int done = 0;
    for (Map.Entry<Sorted, Path> each : targets.entrySet()) {
      Path file = each.getKey().file;
      Path to = each.getValue();
      if (interrupted.getAsBoolean()) {
        throw new KgCoopException(
            KgCoopException.Category.INTERRUPTED,
            "interrupted: %s of %s images sorted; run the same command again to resume"
                .formatted(done, targets.size()));
      }
      try {
        Files.createDirectories(to.resolveSibling(""));
        if (keywords != null) { // before the image, which a move takes from its keywords
          int index = each.getKey().index;
          keywords.write(file, to, index < 0 ? List.of() : List.of(index));
        }
        put(file, to);
      } catch (IOException | UnsupportedOperationException e) {
        String reason = e instanceof IOException io ? FileErrors.reason(io) : "no links here";
        if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
          reason = "the image is no longer there";
        }
        throw KgCoopException.io(
            "%s: cannot be written to %s: %s; %s of %s images sorted, the others unchanged; run the same command again to resume"
                .formatted(file, to, reason, done, targets.size()),
            e);
      }
      done++;
    }
    deleteOwn(folder.resolve(PART));
    deleteOwn(folder.resolve(SortingPlan.FILE)); // the last, because it permits to resume
    String count = Messages.count(targets.size(), "image", "images");
    return "%s %s into %s".formatted(count, way.done, folder);
  }

  private static void deleteOwn(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw KgCoopException.io(file + ": not deleted: " + FileErrors.reason(e) + "; delete it", e);
    }
  }

  private void put(Path file, Path to) throws IOException {
    if (alreadyPut.contains(to)) {
      if (way == Way.MOVE) {
        // again, because another program may have changed the image after the plan was made
        placement.deleteMoved(file, () -> isPut(file, to));
      }
      return;
    }
    switch (way) {
      case LINK -> placement.link(file, to);
      case MOVE -> placement.move(file, to);
      case COPY -> placement.copy(file, to);
    }
  }

  /**
   * Returns the new path of each image, and writes the plan. Every path is free, except that of an
   * image that an interrupted sorting has put there. These come first, because a new image must
   * take none of their paths.
   */
  private Map<Sorted, Path> targets(List<String> folderNames, Map<Path, Path> interrupted) {
    Map<Path, Path> planned = new LinkedHashMap<>(interrupted);
    Map<Sorted, Path> targets = new LinkedHashMap<>();
    Set<String> taken = new HashSet<>();
    Map<Path, Path> plan = new LinkedHashMap<>();
    for (Map.Entry<Path, Sorted> each : images.entrySet()) {
      Sorted image = each.getValue();
      if (each.getKey().startsWith(Folders.real(folder))) {
        throw refused(folder, "contains the image " + image.file + "; expected images elsewhere");
      }
      Path from = image.file.toAbsolutePath();
      Path put = planned.remove(from);
      if (put == null || !isPut(from, put) || !taken.add(key(put))) {
        continue;
      }
      if (!Folders.parent(put).equals(classFolder(image, folderNames))) {
        throw interruptedOther(image.file);
      }
      alreadyPut.add(put);
      plan.put(from, put);
      if (Files.exists(from, LinkOption.NOFOLLOW_LINKS)) { // not moved by another call
        targets.put(image, put);
      }
    }
    for (Sorted image : images.values()) {
      Path from = image.file.toAbsolutePath();
      if (plan.containsKey(from)) {
        continue;
      }
      Path to = classFolder(image, folderNames).resolve(Folders.name(image.file));
      for (int i = 2; Files.exists(to, LinkOption.NOFOLLOW_LINKS) || !taken.add(key(to)); i++) {
        to = to.resolveSibling(numbered(Folders.name(image.file), i));
      }
      targets.put(image, to);
      plan.put(from, to);
    }
    planned.forEach(
        (file, to) -> {
          if (Files.isRegularFile(file) && (way == Way.MOVE || !isPut(file, to))) {
            throw interruptedOther(file);
          }
          plan.put(file, to);
        });
    new SortingPlan(plan).write(folder);
    return targets;
  }

  private Path classFolder(Sorted image, List<String> folderNames) {
    return folder.resolve(folderNames.get(place(image.index, folderNames)));
  }

  /** Returns equal keys for paths that some file systems do not distinguish. */
  private static String key(Path path) {
    return path.toString().toLowerCase(Locale.ROOT);
  }

  private KgCoopException interruptedOther(Path file) {
    return refused(
        folder,
        "an interrupted sorting of other images or classes, for example %s; repeat its command, or name a new folder"
            .formatted(file));
  }

  /**
   * Returns true if an interrupted sorting has put an image at its planned path. A move then still
   * has to delete the image at its old path, if that is not another path of the same file. It may
   * be gone there: another call has moved it after this one read it.
   */
  private boolean isPut(Path file, Path to) {
    try {
      if (!Files.isRegularFile(file)) {
        return way == Way.MOVE
            && Files.notExists(file, LinkOption.NOFOLLOW_LINKS)
            && Files.exists(to, LinkOption.NOFOLLOW_LINKS);
      }
      if (Files.isSymbolicLink(to)) {
        return (way == Way.LINK || Files.isSymbolicLink(file)) && Files.isSameFile(file, to);
      }
      return Files.isRegularFile(to, LinkOption.NOFOLLOW_LINKS)
          && Files.mismatch(file, to) < 0
          && (way != Way.MOVE || !Files.isSameFile(file, to) || hasSeveralNames(to));
    } catch (IOException e) {
      return false; // it is put at another path, or that reports the error
    }
  }

  /** Returns true if a file has hard links. Otherwise a second path leads through a mount. */
  private static boolean hasSeveralNames(Path file) throws IOException {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("unix")
        && (int) Files.getAttribute(file, "unix:nlink") > 1;
  }

  /**
   * Appends a number to a name. A long name is shortened, because file systems limit its length.
   */
  private static String numbered(String name, int number) {
    int dot = name.lastIndexOf('.');
    int end = dot > 0 && bytes(name.substring(dot)) <= MAX_EXTENSION_BYTES ? dot : name.length();
    String behind = "-" + number + name.substring(end);
    String before = name.substring(0, end);
    while (bytes(before) + bytes(behind) > MAX_BYTES) {
      before = before.substring(0, before.offsetByCodePoints(before.length(), -1));
    }
    return before + behind;
  }

  private static int bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Returns distinct names that every file system accepts. */
  private static List<String> folderNames(List<String> classNames) {
    Set<String> taken = new HashSet<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < classNames.size(); i++) {
      String all = classNames.get(i).replaceFirst("^[.\\s]+", "");
      int length = Math.min(MAX_NAME_LENGTH, all.codePointCount(0, all.length()));
      String name =
          all.substring(0, all.offsetByCodePoints(0, length))
              .replaceAll("[\\p{Cc}/\\\\:*?\"<>|]", "_")
              .replaceFirst("[.\\s]+$", "");
      if (FolderNames.problem(name).isPresent()) { // of a device of Windows, also before a dot
        name = "_" + name;
      }
      String unique = name;
      for (int n = i; unique.isEmpty() || !taken.add(unique.toLowerCase(Locale.ROOT)); n++) {
        unique = "%s (class %s)".formatted(name, n).strip();
      }
      names.add(unique);
    }
    return names;
  }
}
