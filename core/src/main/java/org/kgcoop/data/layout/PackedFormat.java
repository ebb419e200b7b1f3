package org.kgcoop.data.layout;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A kind of file that holds many labeled images. Other modules bring theirs by {@link
 * java.util.ServiceLoader}.
 */
public interface PackedFormat {

  /** The endings of such files, such as {@code .tar}; in lower case. */
  List<String> endings();

  /**
   * Hands on the images of a file, in its order.
   *
   * @throws org.kgcoop.KgCoopException of the kind DATA for a damaged file, naming the place
   */
  void read(Path file, Consumer<PackedImage> images);
}
