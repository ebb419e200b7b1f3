package org.kgcoop.label;

import java.nio.file.Path;
import java.util.List;

/**
 * Computes the features of the images of a session, under the lock of the session. The defaults are
 * those of a reader that has all features.
 */
interface ImageReader extends AutoCloseable {
  /** Reads the images that the answers need, and the first ones of the order. */
  void readFirst();

  /** Begins to read the other images, and returns. */
  default void readOthers() {}

  /** Returns the number of images that are read, unreadable ones included. */
  int done();

  /** Returns the paths of unreadable files so far, sorted. */
  default List<Path> unreadable() {
    return List.of();
  }

  /** Returns why the reading ended early, or an empty text. */
  default String problem() {
    return "";
  }

  /**
   * Waits for more images. The lock is released meanwhile.
   *
   * @return false if all images are read
   * @throws org.kgcoop.KgCoopException if the images cannot be read, or the work is cancelled
   */
  default boolean awaitMore() {
    return false;
  }

  /** Waits until the images are compared that show the same picture as one of the audit. */
  default void awaitCopies() {}

  @Override
  default void close() {}
}
