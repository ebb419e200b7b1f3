package org.kgcoop.image;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.kgcoop.Messages;
import org.kgcoop.files.Folders;

/**
 * The endings of file names, for listings of folders. A file that is read is told by its content
 * alone.
 */
public final class ImageNames {

  private static final Set<String> READ =
      Set.of("jpg", "jpeg", "jpe", "jfif", "png", "gif", "bmp", "webp");

  private static final Set<String> NOT_READ =
      Set.of(
          "tif", "tiff", "ppm", "pgm", "pbm", "pnm", "heic", "heif", "avif", "jxl", "jp2", "j2k",
          "svg", "tga", "ico", "psd", "exr", "dng", "cr2", "cr3", "nef", "arw");

  private ImageNames() {}

  /** The files of a folder whose names end like an image that is read, sorted by name. */
  public static List<Path> in(Path folder) {
    return Folders.list(folder, path -> isRead(Folders.name(path)) && Files.isRegularFile(path));
  }

  /** True if a file of that name is an image of a kind that is read. */
  public static boolean isRead(String fileName) {
    return READ.contains(ending(fileName));
  }

  /** True if a file of that name is an image, of a kind that is read or not. */
  public static boolean isImage(String fileName) {
    return isRead(fileName) || NOT_READ.contains(ending(fileName));
  }

  /**
   * A line about files that are images and not read: how many, of which kinds, and one of them;
   * empty where there are none among these.
   */
  public static Optional<String> leftOut(List<Path> files) {
    List<Path> leftOut =
        files.stream().filter(file -> NOT_READ.contains(ending(Folders.name(file)))).toList();
    if (leftOut.isEmpty()) {
      return Optional.empty();
    }
    String kinds =
        leftOut.stream()
            .map(file -> "." + ending(Folders.name(file)))
            .collect(
                Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()))
            .entrySet()
            .stream()
            .map(kind -> kind.getValue() + " " + kind.getKey())
            .collect(Collectors.joining(", "));
    return Optional.of(
        "%s left out, of kinds that are not read (%s), such as %s; convert them to PNG"
            .formatted(
                Messages.count(leftOut.size(), "image is", "images are"), kinds, leftOut.get(0)));
  }

  private static String ending(String fileName) {
    return fileName.substring(fileName.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
