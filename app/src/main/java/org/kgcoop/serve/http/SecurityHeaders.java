package org.kgcoop.serve.http;

import org.eclipse.jetty.http.HttpFields;

/** Security headers for all answers. */
public final class SecurityHeaders {
  public static final String POLICY = "Content-Security-Policy";

  private static final String NOTHING =
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private SecurityHeaders() {}

  /** Adds the strict headers: the answer must not run scripts, load resources or be embedded. */
  static void putOn(HttpFields.Mutable headers) {
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put(POLICY, NOTHING);
    headers.put("Cross-Origin-Resource-Policy", "same-origin");
    headers.put("Referrer-Policy", "no-referrer");
    headers.put("Cache-Control", "no-store");
  }
}
