package org.kgcoop.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.Yaml;

/** Compares the responses of a server with the description in {@code openapi.yaml}. */
public final class ApiDescription {
  private final String text;
  private final JsonNode root;

  /** The document, in which objects have only the described properties. */
  private final ObjectNode closed;

  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

  private ApiDescription(String text) {
    this.text = text;
    root = new ObjectMapper().valueToTree(new Yaml().load(text));
    closed = root.deepCopy();
    for (JsonNode schema : closed.findParents("properties")) {
      if (!schema.has("additionalProperties")) {
        ((ObjectNode) schema).put("additionalProperties", false);
      }
    }
  }

  public static ApiDescription read() {
    try (InputStream in = Endpoints.class.getResourceAsStream("openapi.yaml")) {
      return new ApiDescription(new String(Objects.requireNonNull(in).readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A route: a method, such as {@code get}, and a path, such as {@code /page/{file}}. */
  public record Route(String method, String path) {
    @Override
    public String toString() {
      return method + " " + path;
    }

    private boolean matches(String method, String path) {
      String pattern = "\\Q" + this.path.replaceAll("\\{\\w+}", "\\\\E[^/]+\\\\Q") + "\\E";
      return this.method.equalsIgnoreCase(method) && Pattern.matches(pattern, path);
    }
  }

  public List<Route> routes() {
    List<Route> routes = new ArrayList<>();
    root.path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(method -> routes.add(new Route(method, path.getKey()))));
    return routes;
  }

  JsonNode root() {
    return root;
  }

  JsonNode operation(Route route) {
    return root.path("paths").path(route.path()).path(route.method());
  }

  /** Returns the parameters of a route in the path, the query or a header. */
  List<JsonNode> parameters(Route route, String in) {
    List<JsonNode> parameters = new ArrayList<>();
    operation(route).path("parameters").forEach(each -> parameters.add(resolved(each)));
    parameters.removeIf(each -> !each.path("in").asText().equals(in));
    return parameters;
  }

  /** Returns the target of a {@code $ref}, which must exist. */
  JsonNode resolved(JsonNode node) {
    if (!node.has("$ref")) {
      return node;
    }
    JsonNode found = root.at(node.path("$ref").asText().substring(1));
    assertThat(found.isMissingNode()).as(node.toString()).isFalse();
    return found;
  }

  /** Returns the statuses of all routes, with their meaning. */
  Map<Integer, String> generalStatuses() {
    Map<Integer, String> statuses = new TreeMap<>();
    Matcher matcher =
        Pattern.compile("(\\d{3}): ([^.]+\\.)")
            .matcher(root.at("/components/responses/error/description").asText());
    while (matcher.find()) {
      statuses.put(Integer.valueOf(matcher.group(1)), matcher.group(2));
    }
    return statuses;
  }

  /**
   * Checks that the file is valid OpenAPI, that every {@code $ref} has a target, that every
   * operation has an id, that examples match their schemas, and that each object says which
   * properties it always has.
   */
  public void assertValid() {
    SwaggerParseResult parsed =
        new OpenAPIV3Parser().readContents(text, List.of(), new ParseOptions());
    assertThat(parsed.getMessages()).isEmpty();
    assertThat(parsed.getOpenAPI().getPaths()).hasSize(root.path("paths").size());
    List<String> ids =
        routes().stream().map(route -> operation(route).path("operationId").asText()).toList();
    assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.matches("[a-z][A-Za-z]+"));
    for (JsonNode schema : root.findParents("type")) {
      if (schema.path("type").asText().equals("array")) {
        assertThat(schema.has("items")).as(schema.toString()).isTrue();
      }
    }
    for (JsonNode schema : root.path("components").path("schemas")) {
      assertThat(schema.path("required")).as(schema.toString()).isNotEmpty();
    }
    List<JsonNode> references = root.findParents("$ref");
    assertThat(references)
        .hasSizeGreaterThan(20)
        .allSatisfy(each -> assertThat(resolved(each)).isNotNull());
    for (Route route : routes()) {
      for (Map.Entry<String, JsonNode> each : operation(route).path("responses").properties()) {
        JsonNode example = resolved(each.getValue()).at("/content/application~1json/example");
        if (!example.isMissingNode()) {
          assertMatches(
              responsePointer(route, each.getKey(), each.getValue()),
              example.toString(),
              "example");
        }
      }
    }
  }

  /** Checks that the file describes the status, media type, headers and body of a response. */
  public void assertDescribes(HttpResponse<?> response) {
    String method = response.request().method();
    String path = response.request().uri().getRawPath();
    Route route =
        routes().stream()
            .filter(each -> each.matches(method, path))
            .min((a, b) -> Boolean.compare(a.path().contains("{"), b.path().contains("{")))
            .orElse(null);
    String status = String.valueOf(response.statusCode());
    String what = method + " " + path + " answers " + status;
    JsonNode responses =
        route == null ? MissingNode.getInstance() : operation(route).path("responses");
    String pointer;
    if (responses.has(status)) {
      pointer = responsePointer(Objects.requireNonNull(route), status, responses.path(status));
    } else {
      assertThat(generalStatuses()).as(what).containsKey(response.statusCode());
      pointer = "/components/responses/error";
    }
    JsonNode described = root.at(pointer);
    HttpHeaders headers = response.headers();
    described
        .path("headers")
        .properties()
        .forEach(each -> assertThat(headers.firstValue(each.getKey())).as(what).isPresent());
    String type = headers.firstValue("Content-Type").orElse("none").replaceFirst(";.*", "");
    assertThat(described.path("content").has(type)).as(what + " with " + type).isTrue();
    String body =
        response.body() instanceof byte[] bytes
            ? new String(bytes, UTF_8)
            : String.valueOf(response.body());
    if (type.equals("application/json")) {
      assertMatches(pointer, body, what);
    } else {
      assertThat(body).as(what).isNotBlank();
    }
  }

  private static String responsePointer(Route route, String status, JsonNode response) {
    return response.has("$ref")
        ? response.path("$ref").asText().substring(1)
        : JsonPointer.empty()
            .appendProperty("paths")
            .appendProperty(route.path())
            .appendProperty(route.method())
            .appendProperty("responses")
            .appendProperty(status)
            .toString();
  }

  private void assertMatches(String response, String json, String what) {
    Schema schema =
        schemas.computeIfAbsent(
            "#" + response + "/content/application~1json/schema",
            pointer -> registry.getSchema(closed.deepCopy().put("$ref", pointer)));
    assertThat(schema.validate(json, InputFormat.JSON)).as(what + ": " + json).isEmpty();
  }

  /** Returns the names of a route's parameters in the path, the query or a header. */
  public List<String> parameterNames(Route route, String in) {
    return parameters(route, in).stream().map(each -> each.path("name").asText()).toList();
  }
}
