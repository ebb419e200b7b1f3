package org.kgcoop.serve.page;

import io.javalin.http.Context;
import java.util.Map;
import org.kgcoop.files.Resources;
import org.kgcoop.serve.http.HttpErrorException;
import org.kgcoop.serve.http.SecurityHeaders;

/**
 * The files of a web page: a fixed list on the class path. They contain nothing secret. {@code
 * base.css}, {@code requests.js} and {@code icon.svg} belong to all pages.
 */
public final class PageFiles {
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  private final Map<String, Class<?>> files;

  /**
   * Creates a page.
   *
   * @param files a class in the package of each file, by the name of the file
   */
  public PageFiles(Map<String, Class<?>> files) {
    this.files = Map.copyOf(files);
  }

  /**
   * Answers with a file.
   *
   * @throws HttpErrorException 404 if the page has no such file
   */
  public void answer(Context request, String name) {
    Class<?> owner = files.get(name);
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (owner == null || type == null) {
      throw new HttpErrorException(404, "this part of the page does not exist");
    }
    SecurityHeaders.allowOwnFiles(request);
    request.contentType(type).result(Resources.bytes(owner, name));
  }
}
