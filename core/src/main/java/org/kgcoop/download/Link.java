package org.kgcoop.download;

import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * A file on a server.
 *
 * @param sha256 of the content, in hexadecimal; null if the publisher does not state it
 * @param bytes the size; -1 if the publisher does not state it
 * @param token is sent to this host as proof of an account; null for none
 * @param content what the file must be if its hash is unknown
 */
public record Link(
    URI address, @Nullable String sha256, long bytes, @Nullable String token, Content content) {
  static final int MAX_PORT = 65_535;

  public Link {
    sha256 = sha256 == null ? null : sha256.toLowerCase(Locale.ROOT);
  }

  /** Creates a link without a known size. */
  public Link(URI address, @Nullable String sha256) {
    this(address, sha256, -1, null, Content.ANY);
  }

  /** Returns this link with the size of the file, in bytes. */
  public Link withBytes(long size) {
    return new Link(address, sha256, size, token, content);
  }

  /** Returns this link with the kind of the file. */
  public Link withContent(Content kind) {
    return new Link(address, sha256, bytes, token, kind);
  }

  /** Returns this link with a token of an account, or without one. */
  public Link withToken(@Nullable String value) {
    return new Link(address, sha256, bytes, value, content);
  }

  /**
   * Returns a link to a file without a known hash. Its length and the hash from the headers are
   * checked.
   *
   * @throws KgCoopException of category CONFIGURATION if the text is no address of a server
   */
  public static Link of(String address) {
    return of(address, null);
  }

  /** Returns a link to a file, like {@link #of(String)}, with its hash if it is known. */
  public static Link of(String address, @Nullable String sha256) {
    try {
      return new Link(parse(address), sha256);
    } catch (IllegalArgumentException e) {
      throw new KgCoopException(
          KgCoopException.Category.CONFIGURATION,
          "'%s': %s; expected an address such as https://HOST/FILE"
              .formatted(withoutUser(address), e.getMessage()),
          e);
    }
  }

  /**
   * Returns the link that a server redirects to.
   *
   * @param location the header of the answer, absolute or relative to this address
   * @throws IllegalArgumentException if it is no address of a server, or not encrypted in contrast
   *     to this one; the message is the reason
   */
  Link redirected(String location) {
    if (location.isBlank()) {
      throw new IllegalArgumentException("the address is missing");
    }
    URI next = parse(address.resolve(location).toString());
    if (isEncrypted(address) && !isEncrypted(next)) {
      throw new IllegalArgumentException("it is not encrypted");
    }
    boolean sameHost =
        next.getHost().equalsIgnoreCase(address.getHost()) && next.getPort() == address.getPort();
    return new Link(next, sha256, bytes, sameHost ? token : null, content);
  }

  /**
   * Parses the address of a server.
   *
   * @throws IllegalArgumentException if it is none; the message is the reason
   */
  public static URI parse(String text) {
    URI address;
    try {
      address = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("it is no address", e);
    }
    if (!isEncrypted(address) && !"http".equalsIgnoreCase(address.getScheme())) {
      throw new IllegalArgumentException("it does not begin with https:// or http://");
    }
    if (address.getUserInfo() != null) {
      throw new IllegalArgumentException("it contains a user name");
    }
    if (address.getHost() == null || address.getPort() > MAX_PORT) {
      throw new IllegalArgumentException("it names no host, or no valid port");
    }
    return address;
  }

  private static boolean isEncrypted(URI address) {
    return "https".equalsIgnoreCase(address.getScheme());
  }

  /** Removes the user name and the password from an address, which may be malformed. */
  public static String withoutUser(String address) {
    return address.replaceFirst("[^/]*@", "");
  }

  /** Returns the last part of the path. */
  public String name() {
    return address.getPath().replaceAll("^.*/", "");
  }

  /** Returns the size of the file, or the maximum size if it is unknown. */
  long maxBytes() {
    return bytes >= 0 ? bytes : content.maxBytes();
  }
}
