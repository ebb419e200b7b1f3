package org.kgcoop.serve.page;

import io.javalin.http.Context;
import java.util.List;
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

  /** Libraries without a build, by their jar: the group and the name, then the path in it. */
  private static final Map<String, List<String>> LIBRARIES =
      Map.of(
          "preact.js", List.of("org.webjars.npm/preact", "webjars/preact/%s/dist/preact.module.js"),
          "htm.js", List.of("org.mvnpm/htm", "_static/htm/%s/dist/htm.module.js"));

  /**
   * Answers with a file.
   *
   * @throws HttpErrorException 404 if the page has no such file
   */
  public void answer(Context request, String name) {
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    boolean isLibrary = LIBRARIES.containsKey(name);
    if (type == null || !(isLibrary || SHARED.contains(name) || names.contains(name))) {
      throw new HttpErrorException(404, "this part of the page does not exist");
    }
    SecurityHeaders.allowOwnFiles(request);
    Class<?> from = SHARED.contains(name) ? PageFiles.class : owner;
    request.contentType(type);
    request.result(isLibrary ? library(name) : Resources.bytes(from, name));
  }

  /** Returns a file of a library, whose path in its jar contains the version. */
  private static byte[] library(String name) {
    List<String> place = LIBRARIES.getOrDefault(name, List.of());
    String maven = "/META-INF/maven/" + place.get(0) + "/pom.properties";
    String version =
        Resources.text(PageFiles.class, maven)
            .lines()
            .filter(line -> line.startsWith("version="))
            .findFirst()
            .orElseThrow()
            .substring("version=".length())
            .strip();
    return Resources.bytes(
        PageFiles.class, "/META-INF/resources/" + place.get(1).formatted(version));
  }
}
