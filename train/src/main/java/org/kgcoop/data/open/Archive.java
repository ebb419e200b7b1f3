package org.kgcoop.data.open;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Folders;

/**
 * A zip file as a folder with a data set of any layout. Nothing is unpacked, so the name of an
 * entry cannot refer to a file of this machine.
 */
final class Archive {

  private Archive() {}

  /** Returns true if a file is a zip by its name. */
  static boolean isOne(Path file) {
    return Folders.name(file).toLowerCase(Locale.ROOT).endsWith(".zip")
        && Files.isRegularFile(file);
  }

  /** Returns the name of the data set in a zip file, which is that of the file. */
  static String name(Path file) {
    String name = Folders.name(file);
    return name.substring(0, name.length() - ".zip".length());
  }

  /**
   * Returns the top folder of a zip file. It stays open as long as a path of it is in use.
   *
   * @throws KgCoopException of the category DATA if it is not a zip, or damaged
   */
  static Path root(Path file) {
    try {
      // Stays open, because the images of the data set are read from it later.
      return FileSystems.newFileSystem(file).getPath("/");
    } catch (IOException | RuntimeException e) {
      throw KgCoopException.data(
          "it cannot be read as a zip file: " + e.getMessage() + "; get it again", e);
    }
  }
}
