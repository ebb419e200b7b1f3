package org.kgcoop.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.kgcoop.KgCoopException;

/** The values of a published configuration by key, the keys that were read, and the errors. */
final class ReferenceValues {
  private final Map<String, JsonNode> values;
  private final Set<String> read = new HashSet<>();
  private final Set<String> errors = new LinkedHashSet<>();

  ReferenceValues(Map<String, JsonNode> values) {
    this.values = values;
  }

  void error(String message) {
    errors.add(message);
  }

  /** Throws all errors in one exception, if there are any. */
  void throwErrors() {
    if (!errors.isEmpty()) {
      throw KgCoopException.configuration(String.join("; ", errors));
    }
  }

  Set<String> keys() {
    return values.keySet();
  }

  /** Returns the keys that nothing has read, in order. */
  List<String> unread() {
    return values.keySet().stream().filter(key -> !read.contains(key)).toList();
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  private JsonNode value(String key) {
    return values.getOrDefault(key, MissingNode.getInstance());
  }

  /** Returns the value without surrounding spaces, or an empty text. A list is an error. */
  String text(String key) {
    read.add(key);
    if (value(key).isContainerNode()) {
      error("%s: expected one value, got the list %s".formatted(key, value(key)));
    }
    return value(key).asText("").strip();
  }

  /** Returns the text. The elements of a list are joined by {@code |}, as in settings. */
  String listed(String key) {
    if (!value(key).isArray()) {
      return text(key);
    }
    read.add(key);
    return StreamSupport.stream(value(key).spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.joining("|"));
  }

  /** Returns true if the value is this text. Does not count as reading. */
  boolean is(String key, String text) {
    return value(key).asText().strip().equals(text);
  }

  static boolean isTrue(String text) {
    return text.equalsIgnoreCase("true") || text.equals("1");
  }

  /** Returns the number, or NaN after adding an error. */
  double number(String key) {
    try {
      return Double.parseDouble(text(key));
    } catch (NumberFormatException e) {
      error(key + ": '" + text(key) + "' is not a number");
      return Double.NaN;
    }
  }

  /** Returns the parts of a list, or of a text such as {@code (30, 60)}. */
  List<String> parts(String key, String part) {
    read.add(key);
    String text = value(key).isArray() ? value(key).toString() : value(key).asText();
    return Pattern.compile(part).matcher(text).results().map(MatchResult::group).toList();
  }
}
