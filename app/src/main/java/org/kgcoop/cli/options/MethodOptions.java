package org.kgcoop.cli.options;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.catalogue.MethodCatalogue;
import org.kgcoop.method.setting.Kind;
import picocli.CommandLine.Option;

/** The settings of methods: {@code --set KEY=VALUE} or {@code --set METHOD.KEY=VALUE}. */
public final class MethodOptions {
  private static final String LIST_SEPARATOR = "\\|";

  @Option(
      names = "--set",
      paramLabel = "[METHOD.]KEY=VALUE",
      description =
          "Change a setting of all methods that have it, or of one METHOD. Repeat the option for"
              + " several settings. If the value is a list, separate its parts with |. The command"
              + " help method NAME lists keys and defaults. Example: --set kgcoop.weight=4")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--weight",
      paramLabel = "W",
      description =
          "Set KgCoOp's regularization weight (default: 8). The value auto tries several weights:"
              + " each half of the training classes is hidden from one training and then tested. It"
              + " uses validation images if there are any.")
  private @Nullable String weight;

  /**
   * Returns the settings of a method in the form that {@link MethodCatalogue#parse} reads.
   *
   * @throws KgCoopException if the method is unknown
   */
  ObjectNode explicitSettings(String id) {
    ObjectNode stated = JsonNodeFactory.instance.objectNode().put("method", id);
    given()
        .forEach(
            (key, value) -> {
              if (knows(id, key)) {
                stated.set(plain(id, key), value(id, key, value));
              }
            });
    return stated;
  }

  private Map<String, String> given() {
    Map<String, String> all = new LinkedHashMap<>(settings);
    if (weight != null) {
      if (all.keySet().stream().anyMatch(key -> plain(KgCoOp.ID, key).equals("weight"))) {
        throw KgCoopException.configuration("--weight and --set weight: give one of them");
      }
      all.put(KgCoOp.ID + ".weight", weight);
    }
    return all;
  }

  /**
   * Returns true if a method has a setting with that key. The key may begin with the method's name.
   */
  boolean knows(String id, String key) {
    return MethodCatalogue.keys(id).contains(plain(id, key));
  }

  /** Removes the name of the method from a key. */
  static String plain(String id, String key) {
    String prefix = id + ".";
    return key.startsWith(prefix) ? key.substring(prefix.length()) : key;
  }

  /** Returns the keys of all settings of some methods. */
  List<String> known(List<String> ids) {
    return ids.stream().flatMap(id -> MethodCatalogue.keys(id).stream()).distinct().toList();
  }

  /** Rejects settings that none of the methods has. */
  void checkAllUsed(List<String> ids) {
    List<String> left =
        settings.keySet().stream()
            .filter(key -> ids.stream().noneMatch(id -> knows(id, key)))
            .toList();
    if (!left.isEmpty()) {
      throw KgCoopException.configuration(
          "--set "
              + Nearest.hints(left, known(ids))
              + ": no setting of "
              + String.join(", ", ids)
              + "; known are "
              + String.join(", ", known(ids)));
    }
    if (weight != null && !ids.contains(KgCoOp.ID)) {
      throw KgCoopException.configuration(
          "--weight: a setting of kgcoop, which is not among " + String.join(", ", ids));
    }
  }

  /** Returns the value of a method's setting as JSON. */
  static JsonNode value(String id, String key, String text) {
    Kind.Form form = MethodCatalogue.of(id).setting(plain(id, key)).kind().form();
    if (!form.isList()) {
      return form.isText() ? TextNode.valueOf(text) : literal(text);
    }
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (String part : text.split(LIST_SEPARATOR, -1)) {
      list.add(form.isText() ? TextNode.valueOf(part.strip()) : literal(part.strip()));
    }
    return list;
  }

  /** Converts numbers and booleans by their form, and keeps any other value as text. */
  static JsonNode literal(String text) {
    try {
      JsonNode value = new ObjectMapper().readTree(text);
      return value.isNumber() || value.isBoolean() ? value : new TextNode(text);
    } catch (IOException e) {
      return new TextNode(text);
    }
  }
}
