package org.kgcoop.cli.classify;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;

/** A folder that images are put into, a folder a class. */
final class ImageSorter {
  private static final int MOST_BYTES = 255; // of a name

  /** Characters, each of up to 4 bytes. */
  private static final int LONGEST_NAME = 55;

  private static final int LONGEST_ENDING = 16; // in bytes, of what tells the kind of an image

  private final Path folder;
  private final Way way;

  /** Images by their own places, so that one that is named twice is one. */
  private final Map<Path, Sorted> images = new LinkedHashMap<>();

  /**
   * An image.
   *
   * @param file as it was named
   * @param index of its class, -1 for none of them
   */
  private record Sorted(Path file, int index) {}

  /** The way in which an image gets there. */
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

  /** Refuses a folder that has something in it or cannot be made. */
  static void check(Path folder) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw KgCoopException.configuration("--sort-into " + folder + ": a file; expected a folder");
    }
    try {
      if (!Files.isDirectory(folder)) { // a link to one is one
        Files.createDirectories(folder);
      }
      Files.delete(Files.createTempFile(folder, ".", ".tmp"));
      try (Stream<Path> there = Files.list(folder)) {
        if (there.findAny().isPresent()) {
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
   * Takes note of an image.
   *
   * @param index of its class, -1 for none of them
   */
  void add(Path file, int index) {
    images.putIfAbsent(place(file), new Sorted(file, index));
  }

  private static Path place(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException e) {
      return file.toAbsolutePath().normalize(); // it has gone since it was read
    }
  }

  /**
   * Puts every image into the folder of its class, under its name, with a number where another has
   * it.
   *
   * @param classNames names of all classes, and at the end that of none of them
   * @return a line about it
   */
  String arrange(List<String> classNames) {
    int done = 0;
    for (Map.Entry<Path, Path> each : targets(folderNames(classNames)).entrySet()) {
      Path file = each.getKey();
      Path to = each.getValue();
      try {
        put(file, to);
      } catch (IOException | UnsupportedOperationException e) {
        throw KgCoopException.io(
            "%s: cannot be put to %s: %s; %s of %s images are there, the others where they were"
                .formatted(
                    file,
                    to,
                    e instanceof IOException io ? FileErrors.reason(io) : "no links here",
                    done,
                    images.size()),
            e);
      }
      done++;
    }
    String what =
        switch (way) {
          case COPY -> "copied";
          case LINK -> "linked";
          case MOVE -> "moved";
        };
    return "%s %s into %s".formatted(Messages.count(done, "image", "images"), what, folder);
  }

  /** The place that each file gets, all of them settled before anything is put anywhere. */
  private Map<Path, Path> targets(List<String> folderNames) {
    Map<Path, Path> targets = new LinkedHashMap<>();
    Set<String> taken = new HashSet<>();
    for (Sorted each : images.values()) {
      int index = each.index < 0 ? folderNames.size() - 1 : each.index;
      Path to = folder.resolve(folderNames.get(index)).resolve(Folders.name(each.file));
      for (int i = 2; !taken.add(to.toString().toLowerCase(Locale.ROOT)); i++) {
        to = to.resolveSibling(numbered(Folders.name(each.file), i));
      }
      targets.put(each.file, to);
    }
    return targets;
  }

  private void put(Path file, Path to) throws IOException {
    Files.createDirectories(to.resolveSibling(""));
    switch (way) {
      case LINK -> Files.createSymbolicLink(to, file.toRealPath());
      case MOVE -> move(file, to);
      case COPY -> {
        // An image may have the longest name there is, so none is made of it.
        Path part = to.resolveSibling(".tmp");
        try {
          Files.copy(file, part, StandardCopyOption.REPLACE_EXISTING);
          Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
        } finally {
          Files.deleteIfExists(part);
        }
      }
    }
  }

  /** A link is moved as a link, and leads to the same image from there. */
  private static void move(Path file, Path to) throws IOException {
    if (!Files.isSymbolicLink(file)) {
      Files.move(file, to);
      return;
    }
    Files.createSymbolicLink(to, file.toRealPath());
    Files.delete(file);
  }

  /** A name with a number, its beginning cut where it were too long for a file system. */
  private static String numbered(String name, int number) {
    int dot = name.lastIndexOf('.');
    int end = dot > 0 && bytes(name.substring(dot)) <= LONGEST_ENDING ? dot : name.length();
    String behind = "-" + number + name.substring(end);
    String before = name.substring(0, end);
    while (bytes(before) + bytes(behind) > MOST_BYTES) {
      before = before.substring(0, before.offsetByCodePoints(before.length(), -1));
    }
    return before + behind;
  }

  private static int bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length;
  }

  /** The part of a name that a folder's may have. */
  private static String first(String name) {
    return name.codePointCount(0, name.length()) > LONGEST_NAME
        ? name.substring(0, name.offsetByCodePoints(0, LONGEST_NAME))
        : name;
  }

  /** Names that every file system takes, no two of them the same. */
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
