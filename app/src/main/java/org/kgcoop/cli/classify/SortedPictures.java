package org.kgcoop.cli.classify;

import java.io.IOException;
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
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;

/** A folder that images are put into, a folder a class. */
final class SortedPictures {
  /** Characters, each of up to 4 bytes, of which a name may have 255. */
  private static final int LONGEST_NAME = 55;

  private final Path folder;
  private final Way way;

  /** The class of each image, -1 for none of them. */
  private final Map<Path, Integer> classes = new LinkedHashMap<>();

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

  SortedPictures(Path folder, Way way) {
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
    classes.putIfAbsent(file, index);
  }

  /**
   * Puts every image into the folder of its class, under its name, with a number where another has
   * it.
   *
   * @param classNames names of all classes, and at the end that of none of them
   * @return a line about it
   */
  String arrange(List<String> classNames) {
    List<String> names = folderNames(classNames);
    Set<String> taken = new HashSet<>();
    int done = 0;
    for (Map.Entry<Path, Integer> each : classes.entrySet()) {
      int index = each.getValue() < 0 ? names.size() - 1 : each.getValue();
      Path file = each.getKey();
      Path to = folder.resolve(names.get(index)).resolve(Folders.name(file));
      for (int i = 2; !taken.add(to.toString().toLowerCase(Locale.ROOT)); i++) {
        to = to.resolveSibling(numbered(Folders.name(file), i));
      }
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
                    classes.size()),
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
    return "%s images %s into %s".formatted(done, what, folder);
  }

  private void put(Path file, Path to) throws IOException {
    Files.createDirectories(to.resolveSibling(""));
    switch (way) {
      case LINK -> Files.createSymbolicLink(to, file.toRealPath());
      case MOVE -> Files.move(file, to);
      case COPY -> {
        // An image may have the longest name there is, so none is made of it.
        Path part = to.resolveSibling(".tmp");
        Files.copy(file, part, StandardCopyOption.REPLACE_EXISTING);
        Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  private static String numbered(String name, int number) {
    int dot = name.lastIndexOf('.');
    return dot < 0
        ? name + "-" + number
        : name.substring(0, dot) + "-" + number + name.substring(dot);
  }

  /** Names that every file system takes, no two of them the same. */
  private static List<String> folderNames(List<String> classNames) {
    Set<String> taken = new HashSet<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < classNames.size(); i++) {
      String name =
          classNames
              .get(i)
              .replaceAll("[\\p{Cc}/\\\\:*?\"<>|]", "_")
              .replaceFirst("^[.\\s]+", "")
              .replaceFirst("[.\\s]+$", "");
      if (name.codePointCount(0, name.length()) > LONGEST_NAME) {
        name = name.substring(0, name.offsetByCodePoints(0, LONGEST_NAME));
      }
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
