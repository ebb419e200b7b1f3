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
 * Image files of a folder by file name extension. To read a file, {@link Images} uses only its
 * content.
 */
public final class ImageNames {

  private static final Set<String> READ =
      Set.of(
          "jpg", "jpeg", "jpe", "jfif", "png", "gif", "bmp", "webp", "tif", "tiff", "dng", "cr2",
          "cr3", "nef", "arw", "orf", "rw2");

  private static final Set<String> NOT_READ =
      Set.of(
          "ppm", "pgm", "pbm", "pnm", "jxl", "jp2", "j2k", "svg", "tga", "ico", "psd", "exr", "raf",
          "pef", "srw");

  /** Read if a program for them is installed. Cameras of Canon and Sony write .hif. */
  private static final Set<String> HEIF = Set.of("heic", "heif", "hif", "avif");

  /** How to convert the photos of a phone for a server, which does not read them. */
  static final String HEIF_CONVERTER =
      "heif-convert of libheif-examples, or on macOS sips -s format jpeg";

  private ImageNames() {}

  /** Lists the files of a folder with the extension of a supported image format, sorted by name. */
  public static List<Path> in(Path folder) {
    return Folders.list(folder, path -> isRead(Folders.name(path)) && Files.isRegularFile(path));
  }

  /**
   * Returns true if the extension is that of a supported image format. HEIC and AVIF count if a
   * program that decodes them is installed.
   */
  public static boolean isRead(String fileName) {
    String ending = ending(fileName);
    return READ.contains(ending) || (HEIF.contains(ending) && HeifDecoder.isInstalled());
  }

  /** Returns true if the extension is that of an image format, supported or not. */
  public static boolean isImage(String fileName) {
    String ending = ending(fileName);
    return READ.contains(ending) || HEIF.contains(ending) || NOT_READ.contains(ending);
  }

  /**
   * Describes the images of unsupported formats in one line: their number, their formats and an
   * example. The result is empty if there are none.
   */
  public static Optional<String> leftOut(List<Path> files) {
    List<Path> leftOut =
        files.stream()
            .filter(file -> isImage(Folders.name(file)) && !isRead(Folders.name(file)))
            .toList();
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
        "%s left out because of an unsupported format (%s), such as %s; convert them to PNG%s"
            .formatted(
                Messages.count(leftOut.size(), "image is", "images are"),
                kinds,
                leftOut.get(0),
                leftOut.stream().anyMatch(file -> HEIF.contains(ending(Folders.name(file))))
                    ? ", or for HEIC and AVIF " + HeifDecoder.INSTALL
                    : ""));
  }

  private static String ending(String fileName) {
    return fileName.substring(fileName.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
