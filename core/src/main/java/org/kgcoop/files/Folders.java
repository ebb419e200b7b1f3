package org.kgcoop.files;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;

/**
 * Listings of folders, sorted by name and without hidden entries, lists in text files, and the
 * deletion of folders.
 */
public final class Folders {

  private static final String MACOS_FOLDER = "__MACOSX"; // macOS adds this folder to zip files

  /** Larger lists are rejected, because they would fill the memory. */
  private static final int MAX_UNPACKED_BYTES = 32 << 20;

  private static final int MAX_BYTES = 512 << 20;

  private Folders() {}

  public static List<Path> folders(Path folder) {
    return list(folder, Files::isDirectory);
  }

  public static List<Path> files(Path folder) {
    return list(folder, Files::isRegularFile);
  }

  public static String name(Path path) {
    Path name = path.getFileName();
    return name == null ? path.toString() : name.toString();
  }

  public static List<String> names(List<Path> paths) {
    return paths.stream().map(Folders::name).toList();
  }

  public static Path parent(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? path : parent;
  }

  /** The absolute path without links, as far as it exists. */
  public static Path real(Path path) {
    Path whole = path.toAbsolutePath().normalize();
    try {
      return whole.toRealPath();
    } catch (IOException e) {
      Path parent = whole.getParent();
      return parent == null ? whole : real(parent).resolve(name(whole));
    }
  }

  /**
   * Resolves a path below a folder.
   *
   * @param where the entry with the path, for the error message
   * @throws KgCoopException if the path is not valid on this machine
   */
  public static Path resolve(Path folder, String path, String where) {
    try {
      return folder.resolve(path);
    } catch (InvalidPathException e) {
      throw KgCoopException.data(
          "%s: \"%s\" is not a valid file path; expected one below %s"
              .formatted(where, path, folder),
          e);
    }
  }

  /**
   * Resolves a path from a list of unknown origin.
   *
   * @param where the entry with the path, for the error message
   * @param anywhere true if the path may be outside the folder
   * @throws KgCoopException if the path is outside the folder and must not be, or as {@link
   *     #resolve}
   */
  public static Path listed(Path folder, String path, String where, boolean anywhere) {
    Path file = resolve(folder, path, where);
    Path inside = folder.toAbsolutePath().normalize();
    if (!anywhere && !file.toAbsolutePath().normalize().startsWith(inside)) {
      throw KgCoopException.data(
          "%s: \"%s\" lies outside of %s; expected a path below it; if you trust the list, give --allow-outside"
              .formatted(where, path, folder));
    }
    return file;
  }

  /** Returns the lines of a text file, trimmed and without empty ones. */
  public static List<String> lines(Path file) {
    return text(file).lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
  }

  /**
   * Returns the content of a text file in UTF-8, without a byte order mark.
   *
   * @throws KgCoopException of the category IO if it cannot be read, and DATA if it is not UTF-8
   */
  public static String text(Path file) {
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(file)));
      return text.toString().replace("\ufeff", "");
    } catch (CharacterCodingException e) {
      throw KgCoopException.data(file + ": not a text file in UTF-8; save it as UTF-8", e);
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
  }

  /** Returns true if a file or folder has one of these names, in any case. */
  public static boolean hasName(Path path, List<String> names) {
    return names.contains(name(path).toLowerCase(Locale.ROOT));
  }

  /**
   * Returns the content of a list of images.
   *
   * @throws KgCoopException of the category DATA if it is longer than any list
   */
  public static byte[] bytes(Path file) throws IOException {
    long size = InputFile.check(file).size();
    if (size > MAX_BYTES) {
      throw KgCoopException.data(
          "%s: %s bytes; expected a list of at most %s".formatted(file, size, MAX_BYTES));
    }
    try (InputStream in = stream(file)) {
      return in.readAllBytes();
    }
  }

  /**
   * Opens a list of images. In a zip, a few bytes can expand to any length, so the stream ends with
   * an error beyond a limit.
   */
  public static InputStream stream(Path file) throws IOException {
    InputStream in = InputFile.open(file);
    if (file.getFileSystem().equals(FileSystems.getDefault())) {
      return in;
    }
    return new FilterInputStream(in) {
      private long count;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        count += Math.max(0, read);
        if (count > MAX_UNPACKED_BYTES) {
          throw KgCoopException.data(
              ("%s: the list in the zip has more than %s MB; if that is right, unpack the zip and name"
                      + " its folder")
                  .formatted(file, MAX_UNPACKED_BYTES >> 20));
        }
        return read;
      }
    };
  }

  /**
   * Creates a folder and the folders above it, if they do not exist.
   *
   * @param use the use of the folder, for the error message
   * @param advice the advice of the error message
   */
  public static void create(Path folder, String use, String advice) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw KgCoopException.io(
          "%s: cannot be made %s: %s; %s".formatted(folder, use, FileErrors.reason(e), advice), e);
    }
  }

  /** Makes the names of new files in a folder survive a power failure. */
  public static void force(Path folder) throws IOException {
    Disk.current().forceFolder(folder);
  }

  /**
   * Lists regular files in a folder and its subfolders, sorted by their path relative to the
   * folder. Links to folders are not followed, so a loop of links cannot occur.
   *
   * @param wanted the condition on the name of a file
   * @param links receives the links to subfolders
   */
  public static List<Path> below(Path folder, Predicate<String> wanted, Consumer<Path> links) {
    return below(folder, wanted, (file, attributes) -> file, links);
  }

  /**
   * Lists files as {@link #below(Path, Predicate, Consumer)}.
   *
   * @param item returns the item of the list for a file with its attributes, on any thread
   */
  public static <T> List<T> below(
      Path folder,
      Predicate<String> wanted,
      BiFunction<Path, BasicFileAttributes, T> item,
      Consumer<Path> links) {
    List<Found<T>> found =
        below(folder, "", wanted, item).sorted(Comparator.comparing(Found::name)).toList();
    List<T> items = new ArrayList<>(found.size());
    for (Found<T> each : found) {
      if (each.item() == null) {
        links.accept(each.path());
      } else {
        items.add(each.item());
      }
    }
    return items;
  }

  /** A file with its item, or a link to a folder without one. */
  private record Found<T>(String name, Path path, @Nullable T item) {}

  /** Finds files and links to folders, in parallel, because each takes a request to the system. */
  private static <T> Stream<Found<T>> below(
      Path folder,
      String prefix,
      Predicate<String> wanted,
      BiFunction<Path, BasicFileAttributes, T> item) {
    return entries(folder).entrySet().parallelStream()
        .mapMulti(
            (entry, found) -> {
              Path path = entry.getValue();
              BasicFileAttributes attributes;
              try {
                attributes = Files.readAttributes(path, BasicFileAttributes.class);
              } catch (IOException e) {
                return; // a link to nothing
              }
              String name = prefix + entry.getKey();
              if (attributes.isDirectory() && Files.isSymbolicLink(path)) {
                found.accept(new Found<>(name, path, null));
              } else if (attributes.isDirectory()) {
                below(path, name + "/", wanted, item).sequential().forEach(found);
              } else if (attributes.isRegularFile() && wanted.test(entry.getKey())) {
                found.accept(new Found<>(name, path, item.apply(path, attributes)));
              }
            });
  }

  /**
   * Lists a folder with its entire content, and the folder itself last. If you delete in this
   * order, each folder is empty when its turn comes. Symbolic links are not followed.
   */
  public static List<Path> deepestFirst(Path folder) throws IOException {
    try (Stream<Path> content = Files.walk(folder)) {
      return content.sorted(Comparator.reverseOrder()).toList();
    } catch (UncheckedIOException e) { // in a subfolder
      throw e.getCause();
    }
  }

  /** Deletes a folder, if it exists. */
  public static void delete(Path folder) throws IOException {
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      for (Path path : deepestFirst(folder)) {
        Files.delete(path);
      }
    }
  }

  /**
   * Deletes a folder that kgcoop has made, if it exists.
   *
   * @throws KgCoopException of the category IO if it cannot be deleted
   */
  public static void remove(Path folder) {
    try {
      delete(folder);
    } catch (IOException e) {
      throw KgCoopException.io(folder + ": cannot be deleted: " + FileErrors.reason(e), e);
    }
  }

  /** Returns the path of a file relative to a folder, with '/'. */
  public static String relative(Path folder, Path file) {
    List<String> names = new ArrayList<>();
    folder.relativize(file).forEach(name -> names.add(name.toString()));
    return String.join("/", names);
  }

  public static List<Path> list(Path folder, Predicate<Path> wanted) {
    return entries(folder).values().stream().filter(wanted).toList();
  }

  /** Returns the entries of a folder that are not hidden, sorted by their names. */
  private static SortedMap<String, Path> entries(Path folder) {
    SortedMap<String, Path> entries = new TreeMap<>();
    try (Stream<Path> all = Files.list(folder)) {
      all.forEach(path -> entries.put(name(path), path));
      entries.keySet().removeIf(name -> name.startsWith(".") || name.equals(MACOS_FOLDER));
      return entries;
    } catch (IOException e) {
      throw unlisted(folder, e);
    } catch (UncheckedIOException e) {
      throw unlisted(folder, Objects.requireNonNull(e.getCause()));
    }
  }

  private static KgCoopException unlisted(Path folder, IOException cause) {
    return KgCoopException.io(folder + ": cannot be listed: " + Messages.reason(cause), cause);
  }
}
