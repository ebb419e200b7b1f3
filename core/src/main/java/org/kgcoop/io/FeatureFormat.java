package org.kgcoop.io;

import java.nio.file.Path;
import java.util.List;

/** A kind of file for features. Other modules bring theirs by {@link java.util.ServiceLoader}. */
public interface FeatureFormat {

  /** The name of the format and the ending of its files, such as {@code npy}. */
  String id();

  /** The files that {@link #write} makes: the one that is asked for first. */
  default List<Path> files(Path file, FeatureTable table) {
    return List.of(file);
  }

  /**
   * Writes a table, each file of it whole or not at all; equal tables give equal bytes.
   *
   * @throws org.kgcoop.KgCoopException where a file cannot be written
   */
  void write(Path file, FeatureTable table);
}
