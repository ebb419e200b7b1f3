package org.kgcoop.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.Yaml;

/** Compares the responses of a server with the description in {@code openapi.yaml}. */
public final class ApiDescription {
  /** Status codes that every route can return before the server reads the request. */
  private static final Set<Integer> GUARDED = Set.of(401, 403, 408, 421, 429);

  private final JsonNode root;

  private ApiDescription(JsonNode root) {
    this.root = root;
  }

  public static ApiDescription read() {
    try (InputStream in = Endpoints.class.getResourceAsStream("openapi.yaml")) {
      Object yaml = new Yaml().load(Objects.requireNonNull(in)); // this parser supports aliases
      return new ApiDescription(new ObjectMapper().valueToTree(yaml));
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

  /** Returns the names of a route's parameters in the path, the query or a header. */
  public List<String> parameters(Route route, String in) {
    List<String> names = new ArrayList<>();
    for (JsonNode each : operation(route).path("parameters")) {
      JsonNode parameter = resolved(each);
      if (parameter.path("in").asText().equals(in)) {
        names.add(parameter.path("name").asText());
      }
    }
    return names;
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

  /**
   * Checks that the file is valid OpenAPI, that every {@code $ref} has a target, and that every
   * array defines its items.
   */
  public void assertValid() {
    // The parser does not support aliases, so it reads the resolved document.
    SwaggerParseResult parsed =
        new OpenAPIV3Parser().readContents(root.toString(), List.of(), new ParseOptions());
    assertThat(parsed.getMessages()).isEmpty();
    assertThat(parsed.getOpenAPI().getPaths()).hasSize(root.path("paths").size());
    for (JsonNode schema : root.findParents("type")) {
      if (schema.path("type").asText().equals("array")) {
        assertThat(schema.has("items")).as(schema.toString()).isTrue();
      }
    }
    List<JsonNode> references = root.findParents("$ref");
    assertThat(references)
        .hasSizeGreaterThan(20)
        .allSatisfy(each -> assertThat(resolved(each)).isNotNull());
  }

  /**
   * Checks that the file describes a status for an address. Addresses without a route are ignored.
   */
  public void assertDescribes(String method, String path, int status) {
    for (Route route : routes()) {
      String pattern = "\\Q" + route.path().replaceAll("\\{\\w+}", "\\\\E[^/]+\\\\Q") + "\\E";
      if (route.method().equalsIgnoreCase(method) && Pattern.matches(pattern, path)) {
        JsonNode responses = operation(route).path("responses");
        assertThat(
                responses.has(String.valueOf(status))
                    || (GUARDED.contains(status) && responses.has("default")))
            .as(route + " answers " + status)
            .isTrue();
      }
    }
  }
}
