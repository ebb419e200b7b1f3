package org.kgcoop.formats;

import java.nio.file.Path;
import java.util.List;

/**
 * A file format for features. Other modules provide formats with {@link java.util.ServiceLoader}.
 */
public interface FeatureFormat {

  /** Returns the name of the format, which is the extension of its files, such as {@code npy}. */
  String id();

  /** Returns the files that {@link #write} creates, the requested one first. */
  default List<Path> files(Path file, FeatureTable table) {
    return List.of(file);
  }

  /**
   * Writes a table. Each file is written atomically, and equal tables give byte-identical files.
   *
   * @throws org.kgcoop.KgCoopException if a file cannot be written
   */
  void write(Path file, FeatureTable table);
}
