package org.kgcoop.serve.http;

import java.security.MessageDigest;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.Sha256;

/** Checks the headers of a request before its body is read. */
final class AccessCheck extends Handler.Wrapper {
  private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final Pattern BEARER = Pattern.compile("(?i:Bearer) +(.*)");

  private final ServerSettings settings;
  private final ReverseProxy proxy;
  private final boolean loopback;
  private final Predicate<String> isPublic;

  /**
   * Creates the check.
   *
   * @param isPublic true for paths that need no token, such as parts of the web page
   */
  AccessCheck(ServerSettings settings, Predicate<String> isPublic) {
    this.settings = settings;
    proxy = settings.proxy();
    loopback = settings.isLoopback();
    this.isPublic = isPublic;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    SecurityHeaders.putOn(response.getHeaders());
    try {
      boolean needsNoToken = isPublic.test(Request.getPathInContext(request));
      checkSite(request, needsNoToken && HttpMethod.GET.is(request.getMethod()));
      if (settings.token() != null && !needsNoToken) {
        checkToken(request, response, settings.token());
      }
    } catch (HttpErrorException e) {
      ErrorResponses.writeAndClose(response, callback, e);
      return true;
    }
    return super.handle(request, response, callback);
  }

  /** Rejects pages of other sites, which must not reach a server of this machine. */
  private void checkSite(Request request, boolean isPage) {
    HttpFields headers = request.getHeaders();
    String host = headers.get(HttpHeader.HOST);
    String name = host == null ? "" : host.replaceFirst(":\\d+$", "").toLowerCase(Locale.ROOT);
    if (loopback && !LOOPBACK_NAMES.contains(name) && !name.equals(proxy.host())) {
      throw new HttpErrorException(
          421,
          "this server answers only to localhost%s; %s"
              .formatted(proxy.host() == null ? "" : " and " + proxy.host(), remedy()));
    }
    String origin = headers.get(HttpHeader.ORIGIN);
    // Browsers send an origin for scripts of the page, too. The page then shows the error below.
    if (origin != null
        && !origin.replaceFirst("^https?://", "").equals(host)
        && !origin.equals(proxy.origin())
        && !isPage) {
      throw new HttpErrorException(
          403, "a page of another site may not use this server; " + remedy());
    }
  }

  private String remedy() {
    return proxy.publicUrl() == null
        ? "if it is behind a proxy, start it with --public-url and the address in your browser"
        : "expected " + proxy.publicUrl() + ", the address in --public-url";
  }

  private static void checkToken(Request request, Response response, String token) {
    String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
    Matcher matcher = BEARER.matcher(Objects.requireNonNullElse(header, ""));
    // The digests have one length and isEqual reads every byte, so the time reveals nothing.
    if (!matcher.matches() || !MessageDigest.isEqual(digest(token), digest(matcher.group(1)))) {
      response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
      throw new HttpErrorException(401, "expected the header 'Authorization: Bearer TOKEN'");
    }
  }

  private static byte[] digest(@Nullable String text) {
    return Sha256.bytes(Objects.requireNonNullElse(text, ""));
  }
}
