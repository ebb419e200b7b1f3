package org.kgcoop.serve;

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
import org.jspecify.annotations.Nullable;

/**
 * Links carry no token: who has shown it gets a cookie that opens the pages of runs for reading,
 * and nothing else. It says nothing of the token, and ends with the server.
 */
final class BrowserSession {
  private static final String NAME = "kgcoop-runs";
  private static final Pattern COOKIE = Pattern.compile("(?:^|; ?)" + NAME + "=([\\w-]+)");
  private static final Set<String> PAGES = Set.of(RunPages.PATH, RunPages.REPORT);
  private static final int BYTES = 32;

  private final String secret;

  BrowserSession() {
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  /**
   * Whether a request may be answered without the token.
   *
   * @param cookies the header of that name
   */
  boolean opens(String method, String path, @Nullable String cookies) {
    if (cookies == null || !method.equals("GET") || !PAGES.contains(path)) {
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
    cookie.setPath(RunPages.PATH);
    cookie.setHttpOnly(true);
    cookie.setSameSite(SameSite.STRICT);
    request.cookie(cookie).status(204);
  }
}
