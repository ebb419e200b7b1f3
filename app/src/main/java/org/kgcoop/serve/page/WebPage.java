package org.kgcoop.serve.page;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Set;
import java.util.regex.Pattern;
import org.kgcoop.classifier.EmbeddedPrompt;
import org.kgcoop.serve.http.ServerSettings;

/**
 * Serves the page at {@code /}: a fixed list of files of the class path. The page contains nothing
 * secret; only its requests need the token.
 *
 * @param template the hand-crafted prompt of requests without a template
 * @param note about the CLIP; may be empty
 */
public record WebPage(ServerSettings settings, String template, String note) {
  private static final PageFiles FILES =
      new PageFiles(WebPage.class, Set.of("index.html", "page.css", "page.js", "bars.js"));

  private static final Pattern PUBLIC = Pattern.compile("/|/page/[a-z]+\\.[a-z]+");

  /** Returns true if a path is a part of the page, which needs no token. */
  public static boolean isPart(String path) {
    return PUBLIC.matcher(path).matches();
  }

  public void addTo(RoutesConfig routes) {
    routes.get("/", request -> FILES.answer(request, "index.html"));
    routes.get("/page/about.json", this::about);
    routes.get("/page/{file}", request -> FILES.answer(request, request.pathParam("file")));
  }

  /** Answers with the data that the page needs before its first request. */
  private void about(Context request) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("token", settings.token() != null).put("template", template);
    json.put("max_bytes", settings.limits().maxBodyBytes());
    json.put("note", note).putObject("notes").put(EmbeddedPrompt.MODEL, EmbeddedPrompt.NOTE);
    request.json(json);
  }
}
