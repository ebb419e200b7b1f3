package org.kgcoop.serve;

import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.HandlerType;
import io.javalin.http.SameSite;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Links carry no token: who has shown it gets a cookie that opens the pages of runs for reading,
 * and nothing else. It says nothing of the token, and ends with the server.
 */
final class BrowserSession {
  private static final String NAME = "kgcoop-runs";
  private static final int BYTES = 32;
  private static final Set<String> PAGES = Set.of(RunPages.PATH, RunPages.REPORT);

  private final String secret;

  BrowserSession() {
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  /** Whether a request may be answered without the token. */
  boolean opens(Context request) {
    @Nullable String given = request.method().equals(HandlerType.GET) ? request.cookie(NAME) : null;
    return given != null
        && PAGES.contains(request.path())
        && MessageDigest.isEqual(
            secret.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
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
