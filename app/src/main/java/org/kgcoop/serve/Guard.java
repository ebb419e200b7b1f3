package org.kgcoop.serve;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks at a request before anything of it is read, and puts on what every answer carries. */
final class Guard {
  private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

  private final ServerSettings settings;
  private final BrowserSession session;
  private final boolean loopback;

  Guard(ServerSettings settings, BrowserSession session) {
    this.settings = settings;
    this.session = session;
    this.loopback = settings.isLoopback();
  }

  void check(Context request) {
    request.header("X-Content-Type-Options", "nosniff");
    request.header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    request.header("Cross-Origin-Resource-Policy", "same-origin");
    request.header("Referrer-Policy", "no-referrer");
    request.header("Cache-Control", "no-store");
    checkSite(request);
    if (settings.token() != null && !isOpen(request)) {
      checkToken(request, settings.token());
    }
    checkLength(request);
  }

  private boolean isOpen(Context request) {
    return request.path().startsWith("/v2/health/")
        || WebPage.isPart(request.path())
        || session.opens(request.method().name(), request.path(), request.header("Cookie"));
  }

  /** A page of another site must not reach a server that only this machine should reach. */
  private void checkSite(Context request) {
    String host = request.host();
    if (loopback && (host == null || !LOOPBACK_NAMES.contains(withoutPort(host)))) {
      throw new RefusedRequestException(421, "this server answers to localhost alone");
    }
    String origin = request.header("Origin");
    if (origin != null && !origin.replaceFirst("^https?://", "").equals(host)) {
      throw new RefusedRequestException(403, "a page of another site may not ask this server");
    }
  }

  private static String withoutPort(String host) {
    return host.replaceFirst(":\\d+$", "");
  }

  private static void checkToken(Context request, String token) {
    String given = request.header("Authorization");
    // Digests are of one length, and isEqual looks at every byte: the time tells nothing.
    if (!MessageDigest.isEqual(digest("Bearer " + token), digest(given))) {
      request.header("WWW-Authenticate", "Bearer");
      throw new RefusedRequestException(401, "expected the header 'Authorization: Bearer TOKEN'");
    }
  }

  private static byte[] digest(@Nullable String text) {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest((text == null ? "" : text).getBytes(StandardCharsets.UTF_8));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void checkLength(Context request) {
    String length = request.header("Content-Length");
    if (length != null && request.contentLength() < 0) {
      throw tooLarge(settings.maxBytes()); // more than an int holds
    }
    if (request.contentLength() > settings.maxBytes()) {
      throw tooLarge(settings.maxBytes());
    }
    // The parts of a form are read by the server itself, which counts nothing.
    if (length == null && request.isMultipart()) {
      throw new RefusedRequestException(411, "a form needs a Content-Length");
    }
  }

  static RefusedRequestException tooLarge(int maxBytes) {
    return new RefusedRequestException(413, "expected at most " + maxBytes + " bytes");
  }
}
