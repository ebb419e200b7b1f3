package org.kgcoop.cli.classify;

import java.nio.file.Files;
import java.nio.file.Path;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.AtomicFile;

/** A file that a command writes for other programs. */
final class OutputFile {
  private OutputFile() {}

  /**
   * Refuses a file that cannot be written, or that is there and not to be replaced.
   *
   * @param name of a file that would do, where a folder is given
   */
  static void check(String option, Path file, String name, boolean overwrite) {
    if (Files.isDirectory(file)) {
      throw KgCoopException.configuration(
          "%s %s: a folder; expected a file, such as %s"
              .formatted(option, file, file.resolve(name)));
    }
    if (Files.exists(file) && !overwrite) {
      throw KgCoopException.configuration(
          "%s exists: give another %s, or --overwrite to replace it".formatted(file, option));
    }
    AtomicFile.check(file);
  }
}
