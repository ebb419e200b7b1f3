package org.kgcoop.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The reference page of the HTTP routes, made from {@code openapi.yaml}. */
public final class HttpPage {
  private final ApiDescription api = ApiDescription.read();
  private final List<String> lines = new ArrayList<>();

  /** The route whose section has the fields of an answer, by its schema. */
  private final Map<JsonNode, String> described = new HashMap<>();

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
    lines.add("`/openapi.yaml` of a server is the same description for programs.");
    table("Route", "Purpose");
    for (ApiDescription.Route route : api.routes()) {
      row(code(name(route)), api.operation(route).path("summary").asText());
    }
    lines.add("");
    lines.add(
        "If the server has a token, send `Authorization: Bearer TOKEN`, unless the purpose says");
    lines.add(
        "otherwise. In the examples, the server has one classifier with three classes, for the");
    lines.add("embedded CLIP. A test sends these requests and compares the answers.");
    for (ApiDescription.Route route : api.routes()) {
      if (example(api.operation(route)) != null) {
        describe(route, api.operation(route));
      }
    }
    heading("Model");
    fields(api.root().path("components").path("schemas").path("Model"), "Field");
    heading("Errors");
    lines.add("");
    lines.add(
        "An error is `{\"error\":\"REASON\"}`, and text for a browser that opens an address. Every route");
    lines.add("can answer with these statuses:");
    table("Status", "Meaning");
    api.generalStatuses()
        .forEach((status, meaning) -> row(String.valueOf(status), capitalized(meaning)));
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
    lines.addAll(List.of("", "```sh", operation.at("/x-codeSamples/0/source").asText(), "```"));
    lines.addAll(List.of("", "```json"));
    lines.addAll(List.of(json(Objects.requireNonNull(example(operation)), "").split("\n")));
    lines.add("```");
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
                        : each.getValue()
                            .path("description")
                            .asText(api.resolved(each.getValue()).path("description").asText())));
    JsonNode schema =
        api.resolved(operation.path("responses").path("200"))
            .at("/content/application~1json/schema");
    String first = described.putIfAbsent(schema, name(route));
    if (first == null) {
      fields(api.resolved(schema), "Field of the answer");
    } else {
      String anchor = first.toLowerCase(Locale.ROOT).replace("/", "").replace(' ', '-');
      lines.addAll(
          List.of("", "The answer has the fields of [`%s`](#%s).".formatted(first, anchor)));
    }
  }

  /** Returns the answer to the request of the example, or null if there is none. */
  private static @Nullable JsonNode example(JsonNode operation) {
    JsonNode example = operation.at("/responses/200/content/application~1json/example");
    return example.isMissingNode() ? null : example;
  }

  /** Returns JSON with one field per line, and short objects and lists of values on one. */
  private static String json(JsonNode node, String indent) {
    if (node.isValueNode() || node.toString().length() < 80) {
      return node.toString();
    }
    List<String> inner = new ArrayList<>();
    if (node.isObject()) {
      node.properties()
          .forEach(
              each ->
                  inner.add('"' + each.getKey() + "\": " + json(each.getValue(), indent + "  ")));
    } else {
      node.forEach(each -> inner.add(json(each, indent + "  ")));
    }
    String open = node.isObject() ? "{" : "[";
    String close = node.isObject() ? "}" : "]";
    String between = "\n" + indent + "  ";
    return open + between + String.join("," + between, inner) + "\n" + indent + close;
  }

  private static String capitalized(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** Adds a table of the properties of an object, and of the objects in its lists. */
  private void fields(JsonNode schema, String title) {
    table(title, "Type", "Meaning");
    addFields("", schema);
  }

  private void addFields(String prefix, JsonNode schema) {
    for (Map.Entry<String, JsonNode> each : schema.path("properties").properties()) {
      JsonNode target = api.resolved(each.getValue());
      String description =
          each.getValue().path("description").asText(target.path("description").asText());
      boolean model = each.getValue().path("items").path("$ref").asText().endsWith("/Model");
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
