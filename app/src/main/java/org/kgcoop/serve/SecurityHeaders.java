package org.kgcoop.serve;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.eclipse.jetty.http.HttpFields;

/** What every answer carries, so that a browser does nothing with it that is not wanted. */
final class SecurityHeaders {
  static final String POLICY = "Content-Security-Policy";

  private static final String NOTHING =
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private SecurityHeaders() {}

  /** The strict ones: an answer that a browser shows runs, loads and embeds nothing. */
  static void putOn(HttpFields.Mutable headers) {
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put(POLICY, NOTHING);
    headers.put("Cross-Origin-Resource-Policy", "same-origin");
    headers.put("Referrer-Policy", "no-referrer");
    headers.put("Cache-Control", "no-store");
  }

  /**
   * The value of {@link #POLICY} for a page with one style sheet and one script in it: these two by
   * their digests, pictures that it has itself, requests to this server, and nothing else.
   *
   * @param style the text between {@code <style>} and {@code </style>}, to the letter
   * @param script likewise
   */
  static String page(String style, String script) {
    return NOTHING
        + "; style-src 'sha256-%s'; script-src 'sha256-%s'".formatted(digest(style), digest(script))
        + "; img-src 'self' blob: data:; connect-src 'self'";
  }

  private static String digest(String text) {
    return Base64.getEncoder().encodeToString(sha256(text));
  }

  static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
