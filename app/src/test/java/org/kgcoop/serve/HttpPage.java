package org.kgcoop.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The reference page of the HTTP routes, made from {@code openapi.yaml}. */
public final class HttpPage {
  private final ApiDescription api = ApiDescription.read();
  private final List<String> lines = new ArrayList<>();

  private HttpPage() {}

  /** Returns the lines after the title. */
  public static List<String> lines() {
    HttpPage page = new HttpPage();
    page.write();
    return page.lines;
  }

  private void write() {
    lines.add(api.root().path("info").path("description").asText());
    lines.add("");
    lines.add(
        "`/openapi.yaml` of a server is the same description for programs. The page of `label` has");
    lines.add("[routes of its own](label-http.md).");
    table("Route", "Purpose");
    for (ApiDescription.Route route : api.routes()) {
      row(code(name(route)), api.operation(route).path("summary").asText());
    }
    lines.add("");
    lines.add(
        "If the server has a token, send `Authorization: Bearer TOKEN`, unless the purpose says");
    lines.add("otherwise.");
    for (ApiDescription.Route route : api.routes()) {
      if (route.path().startsWith("/v1/")) {
        describe(route, api.operation(route));
      }
    }
    heading("Model");
    fields(api.root().path("components").path("schemas").path("model"), "");
    heading("Errors");
    lines.add(
        "An error is `{\"error\":\"REASON\"}`, and text for a browser that opens an address.");
    lines.add("");
    JsonNode responses = api.root().path("components").path("responses");
    for (String kind : List.of("guarded", "busy")) {
      lines.add(responses.path(kind).path("description").asText());
      lines.add("");
    }
    lines.remove(lines.size() - 1);
  }

  private static String name(ApiDescription.Route route) {
    return route.method().toUpperCase(Locale.ROOT) + " " + route.path();
  }

  private void describe(ApiDescription.Route route, JsonNode operation) {
    heading(code(name(route)));
    lines.addAll(List.of("", operation.path("summary").asText()));
    if (operation.has("description")) {
      lines.add("");
      lines.add(operation.path("description").asText());
    }
    if (operation.has("parameters")) {
      table("Parameter", "Type", "Default", "Meaning");
      for (JsonNode each : operation.path("parameters")) {
        JsonNode parameter = api.resolved(each);
        JsonNode schema = parameter.path("schema");
        row(
            code(parameter.path("name").asText()),
            type(schema),
            schema.has("default") ? code(schema.path("default").asText()) : "",
            parameter.path("description").asText());
      }
    }
    JsonNode content = operation.path("requestBody").path("content");
    JsonNode parts = content.path("multipart/form-data").path("schema").path("properties");
    if (!content.isMissingNode()) {
      lines.add("");
      lines.add(
          "Body: the bytes of an image, or a form with the parts "
              + String.join(", ", names(parts).stream().map(HttpPage::code).toList())
              + ".");
    }
    table("Status", "Meaning");
    operation
        .path("responses")
        .properties()
        .forEach(
            each ->
                row(
                    each.getKey().equals("default") ? "other" : each.getKey(),
                    each.getKey().equals("default")
                        ? "See [Errors](#errors)."
                        : api.resolved(each.getValue()).path("description").asText()));
    JsonNode answer = api.resolved(operation.path("responses").path("200"));
    fields(answer.path("content").path("application/json").path("schema"), "Field of the answer");
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** Adds a table of the properties of an object, and of the objects in its lists. */
  private void fields(JsonNode schema, String title) {
    table(title.isEmpty() ? "Field" : title, "Type", "Meaning");
    addFields("", schema);
  }

  private void addFields(String prefix, JsonNode schema) {
    for (Map.Entry<String, JsonNode> each : schema.path("properties").properties()) {
      JsonNode target = api.resolved(each.getValue());
      String description =
          each.getValue().path("description").asText(target.path("description").asText());
      boolean model = each.getValue().path("items").path("$ref").asText().endsWith("/model");
      row(code(prefix + each.getKey()), type(target), model ? "See [Model](#model)." : description);
      JsonNode items = api.resolved(target.path("items"));
      if (!model && items.has("properties")) {
        addFields(prefix + each.getKey() + "[].", items);
      }
    }
  }

  private String type(JsonNode schema) {
    JsonNode found = api.resolved(schema);
    String type = found.path("type").asText();
    return type.equals("array") ? "list of " + type(found.path("items")) : type;
  }

  private void heading(String text) {
    lines.addAll(List.of("", "## " + text));
  }

  private void table(String... columns) {
    lines.add("");
    row(columns);
    lines.add("|" + "---|".repeat(columns.length));
  }

  private void row(String... cells) {
    lines.add("| " + String.join(" | ", cells).replace("\n", " ") + " |");
  }

  private static String code(String text) {
    return "`" + text + "`";
  }
}
