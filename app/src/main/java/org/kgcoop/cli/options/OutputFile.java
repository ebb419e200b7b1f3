package org.kgcoop.cli.options;

import java.nio.file.Files;
import java.nio.file.Path;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.AtomicFile;
import picocli.CommandLine.Option;

/** The option to replace a file that a command writes for other programs. */
public final class OutputFile {
  @Option(names = "--overwrite", description = "Replace an existing output file.")
  private boolean overwrite;

  /**
   * Rejects a file that cannot be written, or that exists and must not be replaced.
   *
   * @param name a file name to suggest if the path is a folder
   */
  public void check(String option, Path file, String name) {
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
