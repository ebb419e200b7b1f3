package org.kgcoop.cli.classify;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.data.SortedFolder;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;

/** A folder into which images are sorted, with one subfolder per class. */
final class ImageSorter {
  private static final int MAX_BYTES = 255; // of a file name

  /** The name of an incomplete copy. It is short, because an image may have the longest name. */
  private static final String PART = ".tmp";

  /** The maximum number of characters of a folder name. Each character has up to 4 bytes. */
  private static final int MAX_NAME_LENGTH = 55;

  private static final int MAX_EXTENSION_BYTES = 16; // of a file name extension, in bytes

  private final Path folder;
  private final Way way;

  /** The images by their real paths, so that an image with two names is sorted once. */
  private final Map<Path, Sorted> images = new LinkedHashMap<>();

  /**
   * An image with its class.
   *
   * @param file the path as the user named it
   * @param index the index of the class, or -1 for none of them
   */
  private record Sorted(Path file, int index) {}

  /** The way in which an image gets into its folder. */
  enum Way {
    COPY,
    LINK,
    MOVE;

    static Way of(String id) {
      return switch (id) {
        case "copy" -> COPY;
        case "link" -> LINK;
        case "move" -> MOVE;
        default ->
            throw KgCoopException.configuration(
                "--sort-by " + id + ": expected copy, link or move");
      };
    }
  }

  ImageSorter(Path folder, Way way) {
    this.folder = folder;
    this.way = way;
  }

  /**
   * Rejects a folder that is not empty or cannot be created. A folder in which sorting was
   * interrupted is accepted.
   */
  static void check(Path folder) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw KgCoopException.configuration("--sort-into " + folder + ": a file; expected a folder");
    }
    try {
      if (!Files.isDirectory(folder)) { // createDirectories rejects a link to a folder
        Files.createDirectories(folder);
      }
      Files.delete(Files.createTempFile(folder, ".", ".tmp"));
      try (Stream<Path> there = Files.list(folder)) {
        if (there.anyMatch(file -> !SortingPlan.isOwn(file))
            && SortingPlan.read(folder).isEmpty()) {
          throw KgCoopException.configuration(
              "--sort-into %s: not empty; expected a new folder, or an empty one"
                  .formatted(folder));
        }
      }
    } catch (IOException e) {
      throw KgCoopException.io(
          "--sort-into %s: cannot be written: %s; check the permissions or name another folder"
              .formatted(folder, FileErrors.reason(e)),
          e);
    }
  }

  /**
   * Adds an image.
   *
   * @param index the index of the class, or -1 for none of them
   */
  void add(Path file, int index) {
    images.putIfAbsent(place(file), new Sorted(file, index));
  }

  private static Path place(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException e) {
      return file.toAbsolutePath().normalize(); // deleted after it was read
    }
  }

  /**
   * Writes into the folder that a classifier proposed the classes. This happens before {@link
   * #arrange}, so an interruption cannot leave images without this record.
   *
   * @param classNames as in {@link #arrange}
   * @param method the method of the classifier
   * @param fingerprint the fingerprint of the classifier, or null for a zero-shot classifier
   * @param clip the fingerprint of the CLIP
   */
  void record(List<String> classNames, String method, @Nullable String fingerprint, String clip) {
    if (images.isEmpty() || SortingPlan.read(folder).isPresent()) {
      return;
    }
    List<String> folderNames = folderNames(classNames);
    Iterator<Path> to = targets(folderNames).values().iterator();
    Map<String, String> proposed = new HashMap<>();
    boolean none = false;
    for (Sorted each : images.values()) {
      Path path = folder.relativize(to.next());
      none |= each.index < 0;
      proposed.put(
          path.getName(0) + "/" + path.getName(1), classNames.get(place(each.index, classNames)));
    }
    String last = folderNames.get(folderNames.size() - 1);
    new SortedFolder(method, fingerprint, clip, none ? last : null, proposed).write(folder);
  }

  /** Returns the position of a class, or the last one for no class. */
  private static int place(int index, List<String> names) {
    return index < 0 ? names.size() - 1 : index;
  }

  /**
   * Puts every image into the folder of its class. If two images have the same name, it appends a
   * number. If sorting was interrupted, it puts the remaining images there.
   *
   * @param classNames the names of all classes, followed by the name of the folder for no class
   * @return a summary of one line
   */
  String arrange(List<String> classNames) {
    int done = 0;
    Map<Path, Path> targets = planned(folderNames(classNames));
    for (Map.Entry<Path, Path> each : targets.entrySet()) {
      Path file = each.getKey();
      Path to = each.getValue();
      try {
        if (!isDone(file, to)) {
          Files.deleteIfExists(to); // an incomplete move to another file system
          put(file, to);
        }
        Files.deleteIfExists(to.resolveSibling(PART));
      } catch (IOException | UnsupportedOperationException e) {
        throw KgCoopException.io(
            "%s: cannot be written to %s: %s; %s of %s images sorted, the others unchanged; run the same command again to resume"
                .formatted(
                    file,
                    to,
                    e instanceof IOException io ? FileErrors.reason(io) : "no links here",
                    done,
                    targets.size()),
            e);
      }
      done++;
    }
    SortingPlan.delete(folder);
    String what =
        switch (way) {
          case COPY -> "copied";
          case LINK -> "linked";
          case MOVE -> "moved";
        };
    return "%s %s into %s".formatted(Messages.count(done, "image", "images"), what, folder);
  }

  /**
   * Returns the new path of each image, by its absolute path, from the plan of an interrupted
   * sorting if there is one.
   */
  private Map<Path, Path> planned(List<String> folderNames) {
    Map<Path, Path> targets = new LinkedHashMap<>();
    targets(folderNames).forEach((file, to) -> targets.put(file.toAbsolutePath(), to));
    Optional<SortingPlan> interrupted = SortingPlan.read(folder);
    if (interrupted.isEmpty()) {
      Folders.create(folder, "for the images", "name another folder with --sort-into");
      new SortingPlan(targets).write(folder);
      return targets;
    }
    Map<Path, Path> planned = interrupted.get().targets();
    targets.forEach(
        (file, to) -> {
          Path before = planned.get(file);
          if (before == null
              || !Folders.parent(before.normalize()).equals(Folders.parent(to.normalize()))) {
            throw KgCoopException.configuration(
                "--sort-into %s: an interrupted sorting of other images or classes, for example %s; repeat its command, or name a new folder"
                    .formatted(folder, file));
          }
        });
    return planned;
  }

  /** Returns the new path of each file. All paths are known before the first file is written. */
  private Map<Path, Path> targets(List<String> folderNames) {
    Map<Path, Path> targets = new LinkedHashMap<>();
    Set<String> taken = new HashSet<>();
    for (Sorted each : images.values()) {
      Path to =
          folder
              .resolve(folderNames.get(place(each.index, folderNames)))
              .resolve(Folders.name(each.file));
      for (int i = 2; !taken.add(to.toString().toLowerCase(Locale.ROOT)); i++) {
        to = to.resolveSibling(numbered(Folders.name(each.file), i));
      }
      targets.put(each.file, to);
    }
    return targets;
  }

  /** Returns true if an interrupted sorting has put an image into its folder. */
  private boolean isDone(Path file, Path to) {
    return Files.exists(to, LinkOption.NOFOLLOW_LINKS)
        && !Files.isDirectory(to, LinkOption.NOFOLLOW_LINKS)
        && (way != Way.MOVE || !Files.exists(file, LinkOption.NOFOLLOW_LINKS));
  }

  private void put(Path file, Path to) throws IOException {
    Files.createDirectories(to.resolveSibling(""));
    switch (way) {
      case LINK -> Files.createSymbolicLink(to, file.toRealPath());
      case MOVE -> move(file, to);
      case COPY -> {
        Path part = to.resolveSibling(PART);
        try {
          Files.copy(file, part, StandardCopyOption.REPLACE_EXISTING);
          Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
        } finally {
          Files.deleteIfExists(part);
        }
      }
    }
  }

  /** Moves a file. A symbolic link is replaced by a link to the same image. */
  private static void move(Path file, Path to) throws IOException {
    if (!Files.isSymbolicLink(file)) {
      Files.move(file, to);
      return;
    }
    Files.createSymbolicLink(to, file.toRealPath());
    Files.delete(file);
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

  /** Returns the part of a name that a folder name may contain. */
  private static String first(String name) {
    return name.codePointCount(0, name.length()) > MAX_NAME_LENGTH
        ? name.substring(0, name.offsetByCodePoints(0, MAX_NAME_LENGTH))
        : name;
  }

  /** Returns distinct names that every file system accepts. */
  private static List<String> folderNames(List<String> classNames) {
    Set<String> taken = new HashSet<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < classNames.size(); i++) {
      String name =
          first(classNames.get(i).replaceFirst("^[.\\s]+", ""))
              .replaceAll("[\\p{Cc}/\\\\:*?\"<>|]", "_")
              .replaceFirst("[.\\s]+$", "");
      String unique = name;
      for (int number = i;
          unique.isEmpty() || !taken.add(unique.toLowerCase(Locale.ROOT));
          number++) {
        unique = "%s (class %s)".formatted(name, number).strip();
      }
      names.add(unique);
    }
    return names;
  }
}
