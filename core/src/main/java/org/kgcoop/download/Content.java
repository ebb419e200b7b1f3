package org.kgcoop.download;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What a file without a known hash must be. A server may send something else, such as a login page,
 * or end early.
 *
 * @param title the name of the kind, with its article
 * @param maxBytes the maximum size
 * @param check decides if a complete file is one
 */
public record Content(String title, long maxBytes, Check check) {
  /** Any file of at most a terabyte. */
  static final Content ANY = new Content("a file", 1L << 40, file -> true);

  /** Looks at a file. */
  @FunctionalInterface
  public interface Check {
    /** Returns false, or throws an exception of any kind, if a file is something else. */
    boolean fits(Path file) throws IOException;
  }
}
