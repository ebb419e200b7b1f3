package org.kgcoop.serve.page;

import io.javalin.http.Context;
import java.util.Map;
import java.util.Set;
import org.kgcoop.files.Resources;
import org.kgcoop.serve.http.HttpErrorException;
import org.kgcoop.serve.http.SecurityHeaders;

/**
 * The files of a web page: a fixed list on the class path. They contain nothing secret.
 *
 * @param owner a class in the package of its own files
 * @param names the names of its own files
 */
public record PageFiles(Class<?> owner, Set<String> names) {
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  /** The files of all pages. */
  private static final Set<String> SHARED = Set.of("base.css", "requests.js", "icon.svg");

  /**
   * Answers with a file.
   *
   * @throws HttpErrorException 404 if the page has no such file
   */
  public void answer(Context request, String name) {
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null || !(SHARED.contains(name) || names.contains(name))) {
      throw new HttpErrorException(404, "this part of the page does not exist");
    }
    SecurityHeaders.allowOwnFiles(request);
    Class<?> from = SHARED.contains(name) ? PageFiles.class : owner;
    request.contentType(type).result(Resources.bytes(from, name));
  }
}
