package org.kgcoop.label;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/** Computes the features of the images of a session, under the lock of the session. */
interface ImageReader extends AutoCloseable {
  /** Reads the images that the answers need, and the first ones of the order. */
  void readFirst();

  /** Begins to read the other images, and returns. */
  void readOthers();

  /** Returns the number of images that are read, unreadable ones included. */
  int done();

  /** Returns the paths of unreadable files so far. */
  List<String> unreadable();

  /** Returns why the reading ended early, or nothing. */
  @Nullable KgCoopException failure();

  /**
   * Waits for more images. The lock is released meanwhile.
   *
   * @return false if all images are read
   * @throws KgCoopException if the images cannot be read, or the work is cancelled
   */
  boolean awaitMore();

  /** Waits until the images are compared that show the same picture as one of the audit. */
  void awaitCopies();

  @Override
  void close();
}
