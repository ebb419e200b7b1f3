package org.kgcoop.serve.http;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * What a server knows about the reverse proxies in front of it.
 *
 * @param publicUrl the address that browsers use, without a slash at the end; null without a proxy
 * @param peers the proxies whose {@code X-Forwarded-For} is believed
 */
public record ReverseProxy(@Nullable URI publicUrl, Set<InetAddress> peers) {
  /** No proxy. */
  public static final ReverseProxy NONE = new ReverseProxy(null, Set.of());

  public ReverseProxy {
    peers = Set.copyOf(peers);
  }

  /**
   * Reads the values of options.
   *
   * @param publicUrl such as {@code https://example.org/pets}; null if there is none
   * @param peers addresses or names of machines
   * @throws KgCoopException if a value is invalid or a name is unknown
   */
  public static ReverseProxy of(@Nullable String publicUrl, List<String> peers) {
    Set<InetAddress> addresses = new HashSet<>();
    for (String peer : peers) {
      addresses.addAll(addresses(peer));
    }
    return new ReverseProxy(publicUrl == null ? null : url(publicUrl), addresses);
  }

  private static List<InetAddress> addresses(String name) {
    try {
      if (!name.isBlank()) {
        return List.of(InetAddress.getAllByName(name));
      }
    } catch (UnknownHostException e) {
      // as below
    }
    throw KgCoopException.configuration(
        "--proxy " + name + ": expected the address or name of the proxy, such as 127.0.0.1");
  }

  private static URI url(String text) {
    try {
      URI uri = new URI(text.replaceFirst("/+$", ""));
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      String host = uri.getHost();
      if (Set.of("http", "https").contains(scheme)
          && host != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null
          && uri.getPort() <= 65535) {
        int usual = scheme.equals("https") ? 443 : 80;
        int port = uri.getPort() == usual ? -1 : uri.getPort();
        return new URI(
            scheme, null, host.toLowerCase(Locale.ROOT), port, uri.getPath(), null, null);
      }
    } catch (URISyntaxException e) {
      // as below
    }
    throw KgCoopException.configuration(
        "--public-url "
            + text
            + ": expected the address that browsers use, such as https://example.org/pets");
  }

  /** Returns the public name of the server, or null. */
  @Nullable String host() {
    return publicUrl == null ? null : publicUrl.getHost();
  }

  /**
   * Returns the {@code Origin} of the public page, such as {@code https://example.org}, or null.
   */
  @Nullable String origin() {
    return publicUrl == null ? null : publicUrl.getScheme() + "://" + publicUrl.getRawAuthority();
  }

  /** Returns the path in front of all routes, such as {@code /pets}; may be empty. */
  public String path() {
    return publicUrl == null ? "" : publicUrl.getRawPath();
  }
}
