package org.kgcoop.data.layout;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A file format with many labeled images per file. Other modules provide formats with {@link
 * java.util.ServiceLoader}.
 */
public interface PackedFormat {

  /** Returns the extensions of such files, in lower case, such as {@code .tar}. */
  List<String> endings();

  /**
   * Reads the images of a file, in its order.
   *
   * @throws org.kgcoop.KgCoopException of the category DATA for a damaged file, with the position
   */
  void read(Path file, Consumer<PackedImage> images);
}
