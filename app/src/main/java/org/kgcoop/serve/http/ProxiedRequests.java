package org.kgcoop.serve.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Gives requests of a {@link ReverseProxy} the address of the caller, for rates and logs, and a
 * path without the prefix of the public address. Jetty's {@code ForwardedRequestCustomizer}
 * believes every peer, and takes the first address of {@code X-Forwarded-For}, which a caller can
 * invent.
 */
record ProxiedRequests(ReverseProxy proxy) implements HttpConfiguration.Customizer {
  @Override
  public Request customize(Request request, HttpFields.Mutable responseHeaders) {
    Request own = withoutPrefix(request);
    ConnectionMetaData connection = request.getConnectionMetaData();
    InetAddress caller = caller(connection.getRemoteSocketAddress(), request.getHeaders());
    if (caller == null) {
      return own;
    }
    SocketAddress address = new InetSocketAddress(caller, 0);
    ConnectionMetaData forwarded =
        new ConnectionMetaData.Wrapper(connection) {
          @Override
          public SocketAddress getRemoteSocketAddress() {
            return address;
          }
        };
    return new Request.Wrapper(own) {
      @Override
      public ConnectionMetaData getConnectionMetaData() {
        return forwarded;
      }
    };
  }

  /** Accepts the path with and without the prefix, because proxies may or may not remove it. */
  private Request withoutPrefix(Request request) {
    HttpURI uri = request.getHttpURI();
    String path = uri.getPath();
    String prefix = proxy.path();
    if (prefix.isEmpty() || path == null || !path.startsWith(prefix + "/")) {
      return request;
    }
    try {
      return Request.serveAs(request, HttpURI.build(uri).path(path.substring(prefix.length())));
    } catch (IllegalArgumentException e) { // as /pets/.., which leads out of the prefix
      return request;
    }
  }

  /** Returns the last address that no proxy has, or null if the peer is not a proxy. */
  private @Nullable InetAddress caller(SocketAddress peer, HttpFields headers) {
    if (!(peer instanceof InetSocketAddress internet)
        || !proxy.peers().contains(internet.getAddress())) {
      return null;
    }
    String[] forwarded =
        String.join(",", headers.getValuesList(HttpHeader.X_FORWARDED_FOR)).split(",", -1);
    for (int i = forwarded.length - 1; i >= 0; i--) {
      InetAddress address = address(forwarded[i].strip());
      if (address == null || !proxy.peers().contains(address)) {
        return address;
      }
    }
    return null;
  }

  /** Returns the address of a literal, or null. Never looks up a name. */
  private static @Nullable InetAddress address(String text) {
    String literal = text.replaceFirst("^\\[(.*)](:\\d+)?$", "$1");
    if (literal.matches("[\\d.]+(:\\d+)?")) {
      literal = "::ffff:" + literal.replaceFirst(":.*", "");
    }
    try {
      return InetAddress.getByName("[" + literal + "]"); // brackets allow only literals
    } catch (UnknownHostException e) {
      return null;
    }
  }
}
