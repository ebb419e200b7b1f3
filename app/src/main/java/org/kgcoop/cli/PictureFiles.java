package org.kgcoop.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;

/** Pictures and folders of pictures, as a user names them. */
final class PictureFiles {
  private PictureFiles() {}

  /** The files themselves, and the pictures below the folders in the order of their names. */
  static List<Path> expand(List<Path> paths) {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (!Files.exists(path)) {
        throw KgCoopException.data(path + ": there is no such picture or folder");
      }
      files.addAll(Files.isDirectory(path) ? below(path) : List.of(path));
    }
    return files;
  }

  private static List<Path> below(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> pictures =
          files.filter(Files::isRegularFile).filter(PictureFiles::looksLikeOne).sorted().toList();
      if (pictures.isEmpty()) {
        throw KgCoopException.data(
            folder + ": no picture below this folder; expected .jpg, .png, .webp, .gif or .bmp");
      }
      return pictures;
    } catch (IOException e) {
      throw KgCoopException.io(folder + ": cannot be listed: " + e.getMessage(), e);
    }
  }

  private static boolean looksLikeOne(Path file) {
    return file.getFileName()
        .toString()
        .toLowerCase(Locale.ROOT)
        .matches("[^.].*\\.(jpe?g|png|webp|gif|bmp)");
  }
}
