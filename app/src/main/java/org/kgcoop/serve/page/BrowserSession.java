package org.kgcoop.serve.page;

import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Links carry no token: who has shown it gets a cookie that opens the pages of runs for reading,
 * and nothing else. It says nothing of the token, and ends with the server.
 */
public final class BrowserSession {
  private static final String NAME = "kgcoop-runs";
  private static final Pattern COOKIE = Pattern.compile("(?:^|; ?)" + NAME + "=([\\w-]+)");
  private static final int BYTES = 32;

  private final String path;
  private final Set<String> pages;
  private final String secret;

  /**
   * A session with a secret of its own.
   *
   * @param path of the page that lists the runs; the cookie is for it and what lies below
   * @param report of the page of one run
   */
  public BrowserSession(String path, String report) {
    this.path = path;
    this.pages = Set.of(path, report);
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  /** True if a request may be answered without the token. */
  public boolean opens(Request request) {
    String cookies = request.getHeaders().get(HttpHeader.COOKIE);
    if (cookies == null
        || !request.getMethod().equals("GET")
        || !pages.contains(Request.getPathInContext(request))) {
      return false;
    }
    Matcher given = COOKIE.matcher(cookies);
    return given.find() && MessageDigest.isEqual(utf8(secret), utf8(given.group(1)));
  }

  private static byte[] utf8(@Nullable String text) {
    return String.valueOf(text).getBytes(StandardCharsets.UTF_8);
  }

  /** Answers with the cookie: to a request that has shown the token. */
  void grant(Context request) {
    Cookie cookie = new Cookie(NAME, secret);
    cookie.setPath(path);
    cookie.setHttpOnly(true);
    cookie.setSameSite(SameSite.STRICT);
    request.cookie(cookie).status(204);
  }
}
