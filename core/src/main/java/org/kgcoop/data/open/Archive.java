package org.kgcoop.data.open;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Folders;

/**
 * A zip file seen as a folder: a data set of any layout may stand in one. Nothing is unpacked, so a
 * hostile name of an entry reaches no file of this machine.
 */
final class Archive {

  private Archive() {}

  /** True if a file is a zip by its name. */
  static boolean isOne(Path file) {
    return Folders.name(file).toLowerCase(Locale.ROOT).endsWith(".zip")
        && Files.isRegularFile(file);
  }

  /** The name of the data set in a zip file: that of the file. */
  static String name(Path file) {
    String name = Folders.name(file);
    return name.substring(0, name.length() - ".zip".length());
  }

  /**
   * The folder at the top of a zip file. It stays open as long as a path of it is held.
   *
   * @throws KgCoopException of the kind DATA where it is no zip, or a damaged one
   */
  static Path root(Path file) {
    try {
      // Not closed: the images of the data set are read from it later.
      return FileSystems.newFileSystem(file).getPath("/");
    } catch (IOException | RuntimeException e) {
      throw KgCoopException.data(
          "it cannot be read as a zip file: " + e.getMessage() + "; get it again", e);
    }
  }
}
