package org.kgcoop.download;

import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A file on a server.
 *
 * @param sha256 of the content, in hexadecimal; null if the publisher does not state it
 */
record Link(URI address, @Nullable String sha256) {
  public Link {
    sha256 = sha256 == null ? null : sha256.toLowerCase(Locale.ROOT);
  }

  /**
   * Returns a link to a file without a known hash. Its kind, its length and the hash from the
   * headers are checked.
   */
  static Link of(String address) {
    return new Link(URI.create(address), null);
  }

  /** Returns the last part of the path. */
  String name() {
    return address.getPath().replaceAll("^.*/", "");
  }

  /** Returns the kind of the file, by its name. */
  ContentKind kind() {
    return ContentKind.of(name());
  }
}
