package org.kgcoop.download;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * An HTTP client that uses the proxy of the environment: {@code https_proxy}, {@code http_proxy},
 * {@code all_proxy} and {@code no_proxy}, in lower or upper case. Java's own properties, such as
 * {@code -Dhttps.proxyHost}, take precedence.
 */
final class Connection {
  private Connection() {}

  static HttpClient client(Map<String, String> environment, Duration patience) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER) // Downloader checks each address
            .connectTimeout(patience);
    if (System.getProperty("https.proxyHost") != null
        || System.getProperty("http.proxyHost") != null
        || System.getProperty("socksProxyHost") != null
        || Boolean.getBoolean("java.net.useSystemProxies")) {
      return builder.build(); // uses Java's own proxy selector
    }
    EnvironmentProxies proxies = new EnvironmentProxies(environment);
    Authenticator credentials = proxies.authenticator();
    if (credentials != null) {
      // Java authenticates a tunnel only if this list is empty.
      if (System.getProperty("jdk.http.auth.tunneling.disabledSchemes") == null) {
        System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
      }
      builder.authenticator(credentials);
    }
    return builder.proxy(proxies).build();
  }

  /** Selects proxies by the variables of the environment. */
  static final class EnvironmentProxies extends ProxySelector {
    private final Map<String, String> environment;

    EnvironmentProxies(Map<String, String> environment) {
      this.environment = environment;
    }

    @Override
    public List<Proxy> select(URI address) {
      URI proxy = proxy(address.getScheme());
      if (proxy == null || isDirect(address.getHost())) {
        return List.of(Proxy.NO_PROXY);
      }
      int port = proxy.getPort() > 0 ? proxy.getPort() : 80;
      return List.of(
          new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.getHost(), port)));
    }

    @Override
    public void connectFailed(URI address, SocketAddress proxy, IOException e) {
      // The client throws the error; no other proxy is available.
    }

    private @Nullable URI proxy(String scheme) {
      String text = variable(scheme + "_proxy");
      text = text == null ? variable("all_proxy") : text;
      if (text == null) {
        return null;
      }
      try {
        URI proxy = URI.create(text.contains("://") ? text : "http://" + text);
        if (proxy.getHost() != null
            && "http".equals(proxy.getScheme())
            && proxy.getPort() <= Link.MAX_PORT) {
          return proxy;
        }
      } catch (IllegalArgumentException e) {
        // the same message
      }
      throw KgCoopException.configuration(
          "%s_proxy '%s': expected http://HOST:PORT".formatted(scheme, Link.withoutUser(text)));
    }

    /** Returns true for a host of {@code no_proxy}, or of a domain in it. */
    private boolean isDirect(String host) {
      String list = variable("no_proxy");
      return list != null
          && Stream.of(list.split(",", -1))
              .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
              .map(entry -> entry.startsWith(".") ? entry.substring(1) : entry)
              .filter(entry -> !entry.isEmpty())
              .anyMatch(
                  entry ->
                      entry.equals("*")
                          || host.toLowerCase(Locale.ROOT).equals(entry)
                          || host.toLowerCase(Locale.ROOT).endsWith("." + entry));
    }

    private @Nullable String variable(String name) {
      String value = environment.get(name);
      value = value == null ? environment.get(name.toUpperCase(Locale.ROOT)) : value;
      return value == null || value.isBlank() ? null : value.strip();
    }

    /** Returns the name and password from the address of the proxy, or null. */
    @Nullable Authenticator authenticator() {
      for (String scheme : List.of("https", "http")) {
        URI proxy = proxy(scheme);
        if (proxy != null && proxy.getUserInfo() != null) {
          String[] parts = proxy.getUserInfo().split(":", 2);
          char[] password = parts.length > 1 ? parts[1].toCharArray() : new char[0];
          return new Authenticator() {
            @Override
            protected @Nullable PasswordAuthentication getPasswordAuthentication() {
              return getRequestorType() == RequestorType.PROXY
                  ? new PasswordAuthentication(parts[0], password)
                  : null;
            }
          };
        }
      }
      return null;
    }
  }
}
