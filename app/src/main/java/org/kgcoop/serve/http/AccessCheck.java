package org.kgcoop.serve.http;

import java.security.MessageDigest;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.Sha256;

/** Checks the headers of a request before its body is read. */
final class AccessCheck extends Handler.Wrapper {
  private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final Set<String> WITHOUT_TOKEN = Set.of("/health");
  private static final Pattern BEARER = Pattern.compile("(?i:Bearer) +(.*)");

  private final ServerSettings settings;
  private final Predicate<Request> open;
  private final boolean loopback;

  /**
   * Creates the check.
   *
   * @param open true for requests that need no token, such as parts of the web page
   */
  AccessCheck(ServerSettings settings, Predicate<Request> open) {
    this.settings = settings;
    this.open = open;
    this.loopback = settings.isLoopback();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    SecurityHeaders.putOn(response.getHeaders());
    try {
      checkSite(request.getHeaders());
      String token = settings.token();
      if (token != null && !isOpen(request)) {
        checkToken(request, response, token);
      }
      checkLength(request);
    } catch (RefusedRequestException e) {
      Refusals.writeAndClose(response, callback, e.status(), String.valueOf(e.getMessage()));
      return true;
    }
    return super.handle(request, response, callback);
  }

  private boolean isOpen(Request request) {
    return WITHOUT_TOKEN.contains(Request.getPathInContext(request)) || open.test(request);
  }

  /** Rejects pages of other sites, which must not reach a server of this machine. */
  private void checkSite(HttpFields headers) {
    String host = headers.get(HttpHeader.HOST);
    if (loopback && (host == null || !LOOPBACK_NAMES.contains(withoutPort(host)))) {
      throw new RefusedRequestException(421, "this server answers only to localhost");
    }
    String origin = headers.get(HttpHeader.ORIGIN);
    if (origin != null && !origin.replaceFirst("^https?://", "").equals(host)) {
      throw new RefusedRequestException(403, "a page of another site may not use this server");
    }
  }

  private static String withoutPort(String host) {
    return host.replaceFirst(":\\d+$", "");
  }

  private static void checkToken(Request request, Response response, String token) {
    String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
    Matcher given = BEARER.matcher(Objects.requireNonNullElse(header, ""));
    // The digests have one length and isEqual reads every byte, so the time reveals nothing.
    if (!given.matches() || !MessageDigest.isEqual(digest(token), digest(given.group(1)))) {
      response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
      throw new RefusedRequestException(401, "expected the header 'Authorization: Bearer TOKEN'");
    }
  }

  private static byte[] digest(@Nullable String text) {
    return Sha256.bytes(Objects.requireNonNullElse(text, ""));
  }

  private void checkLength(Request request) {
    if (request.getLength() > settings.limits().bytes()) {
      throw tooLarge(settings.limits().bytes());
    }
  }

  static RefusedRequestException tooLarge(int maxBytes) {
    return new RefusedRequestException(413, "expected at most " + maxBytes + " bytes");
  }
}
