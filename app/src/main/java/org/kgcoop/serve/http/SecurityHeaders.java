package org.kgcoop.serve.http;

import io.javalin.http.Context;
import org.eclipse.jetty.http.HttpFields;

/** Security headers for all answers. */
public final class SecurityHeaders {
  private static final String POLICY = "Content-Security-Policy";

  private static final String NOTHING =
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /** Scripts and styles are separate files; a chosen image is a blob of the tab. */
  private static final String OWN_FILES =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /** A report contains its style and its images, and no script. */
  private static final String OWN_STYLE =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
          + " form-action 'none'; frame-ancestors 'none'";

  private SecurityHeaders() {}

  /** Lets a page load the scripts, styles and images of this server, and send requests to it. */
  public static void allowOwnFiles(Context page) {
    page.header(POLICY, OWN_FILES);
  }

  /** Lets a report use the style that it contains. Its own policy names the digest of the style. */
  public static void allowOwnStyle(Context report) {
    report.header(POLICY, OWN_STYLE);
  }

  /** Adds the strict headers: the answer must not run scripts, load resources or be embedded. */
  static void putOn(HttpFields.Mutable headers) {
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put(POLICY, NOTHING);
    headers.put("Cross-Origin-Resource-Policy", "same-origin");
    headers.put("Referrer-Policy", "no-referrer");
    headers.put("Cache-Control", "no-store");
  }
}
