package org.kgcoop.formats;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/** A binary file format for tables. Other modules provide formats with {@link ServiceLoader}. */
public interface TableFormat {

  /** The type of the values of a column. */
  enum Type {
    TEXT,
    INTEGER,
    FLOAT,
    BOOLEAN
  }

  /** A column of a table. */
  record Column(String name, Type type) {}

  /** The rows, which are produced one by one. */
  @FunctionalInterface
  interface Rows {
    void each(Receiver receiver) throws IOException;
  }

  /** A receiver of rows. */
  @FunctionalInterface
  interface Receiver {
    /** Takes one value per column: a String, an Integer, a Float, a Boolean, or null. */
    void take(List<? extends @Nullable Object> values) throws IOException;
  }

  /**
   * Returns the name of the format, which is the extension of its files, such as {@code parquet}.
   */
  String id();

  /**
   * Writes a table atomically. Equal tables give equal rows, but bytes of the metadata may differ.
   *
   * @throws KgCoopException if the file cannot be written
   */
  void write(Path file, List<Column> columns, Rows rows);

  /**
   * Returns the format of a name.
   *
   * @throws KgCoopException if no module provides it
   */
  static TableFormat of(String id) {
    return ServiceLoader.load(TableFormat.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(format -> format.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                KgCoopException.configuration(
                    id
                        + ": no module for this format is on the class path; expected kgcoop-"
                        + id));
  }
}
