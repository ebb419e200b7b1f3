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

  /** A file whose content is checked by its length alone. */
  static Link of(String address) {
    return new Link(URI.create(address), null);
  }
}
