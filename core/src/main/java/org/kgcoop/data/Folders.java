package org.kgcoop.data;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;

/** Listings of folders, always sorted by name and without hidden entries. */
final class Folders {

  private static final Set<String> PICTURE_ENDINGS =
      Set.of("jpg", "jpeg", "jpe", "jfif", "png", "gif", "bmp", "webp");

  private Folders() {}

  static List<Path> folders(Path folder) {
    return list(folder, Files::isDirectory);
  }

  static List<Path> files(Path folder) {
    return list(folder, Files::isRegularFile);
  }

  /** The files of a folder whose names end like a picture's. */
  static List<Path> pictures(Path folder) {
    return list(folder, path -> isPicture(path) && Files.isRegularFile(path));
  }

  static String name(Path path) {
    Path name = path.getFileName();
    return name == null ? path.toString() : name.toString();
  }

  static List<String> names(List<Path> paths) {
    return paths.stream().map(Folders::name).toList();
  }

  static Path parent(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? path : parent;
  }

  /**
   * A file by its path below a folder.
   *
   * @param where the entry that has the path
   * @throws KgCoopException where this machine can have no file of that name
   */
  static Path resolve(Path folder, String path, String where) {
    try {
      return folder.resolve(path);
    } catch (InvalidPathException e) {
      throw KgCoopException.data(
          "%s: \"%s\" can be no path of a file; expected one below %s"
              .formatted(where, path, folder),
          e);
    }
  }

  /** The lines of a text file without surrounding space and without empty ones. */
  static List<String> lines(Path file) {
    try {
      String text = Files.readString(file);
      return text.replace("\ufeff", "")
          .lines()
          .map(String::strip)
          .filter(l -> !l.isEmpty())
          .toList();
    } catch (CharacterCodingException e) {
      throw KgCoopException.data(file + ": not a text file in UTF-8; save it as UTF-8", e);
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be read: " + Messages.reason(e), e);
    }
  }

  private static boolean isPicture(Path path) {
    return isPicture(name(path));
  }

  /** Whether a file of that name ends like a picture. */
  static boolean isPicture(String fileName) {
    String name = fileName.toLowerCase(Locale.ROOT);
    return PICTURE_ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1));
  }

  private static List<Path> list(Path folder, Predicate<Path> wanted) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(path -> !name(path).startsWith("."))
          .filter(wanted)
          .sorted(Comparator.comparing(Folders::name))
          .toList();
    } catch (IOException e) {
      throw KgCoopException.io(folder + ": cannot be listed: " + Messages.reason(e), e);
    }
  }
}
