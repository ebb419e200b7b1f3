package org.kgcoop.download;

import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A file of the network.
 *
 * @param sha256 of its content in hexadecimal; null where the publisher states none
 */
record Link(URI address, @Nullable String sha256) {
  public Link {
    sha256 = sha256 == null ? null : sha256.toLowerCase(Locale.ROOT);
  }

  /** A file of no known hash: its kind and its length are checked, and what the server states. */
  static Link of(String address) {
    return new Link(URI.create(address), null);
  }

  /** Returns the last part of the path. */
  String name() {
    return address.getPath().replaceAll("^.*/", "");
  }

  /** Returns what the file is, by its name. */
  ContentKind kind() {
    return ContentKind.of(name());
  }
}
