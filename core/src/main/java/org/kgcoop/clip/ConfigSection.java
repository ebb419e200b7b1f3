package org.kgcoop.clip;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.kgcoop.KgCoopException;

/**
 * An object of a configuration file. A value that would change what the model computes, and is not
 * implemented, is refused by its name.
 *
 * @param name of the file and the keys that lead here, ends in a separator
 */
record ConfigSection(String name, JsonNode json) {
  private static final int LONGEST_VALUE = 60;

  /** An object within; an empty one where there is none. */
  ConfigSection at(String key) {
    return new ConfigSection(name + key + ".", json.path(key));
  }

  /** True if there is no such key, or null, false, 0 or nothing in it. */
  boolean isOff(String key) {
    JsonNode value = json.path(key);
    return value.isMissingNode()
        || value.isNull()
        || (value.isBoolean() && !value.booleanValue())
        || (value.isNumber() && value.doubleValue() == 0)
        || (value.isTextual() && value.textValue().isEmpty())
        || (value.isContainerNode() && value.isEmpty());
  }

  /** Refuses what is not off of all keys but those. */
  void allOffBut(Set<String> known) {
    json.fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.contains(key)) {
                off(key);
              }
            });
  }

  /** Refuses a key that is not off. */
  void off(String key) {
    if (!isOff(key)) {
      throw refused(key, "none");
    }
  }

  /** A switch that is on unless it is said to be off. */
  boolean isOn(String key) {
    return json.path(key).isMissingNode() || json.path(key).isNull() || !isOff(key);
  }

  /** Refuses a step that is left out. */
  void on(String key) {
    if (!isOn(key)) {
      throw refused(key, "true");
    }
  }

  /** Refuses any but some values. */
  void only(String key, String... values) {
    oneOf(key, List.of(values));
  }

  /** The value, one of those allowed; the first where there is no such key. */
  @CanIgnoreReturnValue
  String oneOf(String key, List<String> values) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return values.get(0);
    }
    if (!values.contains(value.asText())) {
      throw refused(key, String.join(" or ", values));
    }
    return value.asText();
  }

  /** A positive number, or what it is where there is no such key. */
  double positive(String key, double otherwise) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isNumber() || !(value.doubleValue() > 0)) {
      throw refused(key, "a positive number");
    }
    return value.doubleValue();
  }

  /** The numbers of a key, one a channel; where there is no such key, CLIP's for its colors. */
  List<Double> perChannel(String key, List<Double> released, int channels) {
    JsonNode given = json.path(key);
    if (given.isMissingNode() || given.isNull()) {
      double mean = released.stream().mapToDouble(v -> v).average().orElseThrow();
      return channels == released.size() ? released : List.of(mean);
    }
    List<Double> values = new ArrayList<>();
    given.forEach(value -> values.add(value.asDouble()));
    return values;
  }

  /** The side of a square: a number, two equal ones, or height and width; 0 where there is none. */
  int square(String key) {
    JsonNode value = json.path(key);
    JsonNode first = value;
    JsonNode second = value;
    if (value.isArray() && value.size() == 2) {
      first = value.path(0);
      second = value.path(1);
    } else if (value.isObject()) {
      first = value.path("height");
      second = value.path("width");
    }
    if (isOff(key)) {
      return 0;
    }
    if (!first.isInt() || !first.equals(second) || first.intValue() < 1) {
      throw refused(key, "a square");
    }
    return first.intValue();
  }

  /** The refusal of a value. */
  KgCoopException refused(String key, String expected) {
    String value = json.path(key).toString();
    String shown =
        value.length() <= LONGEST_VALUE ? value : value.substring(0, LONGEST_VALUE) + "...";
    return KgCoopException.weights(
        "%s%s %s: changes what the model computes and is not implemented; expected %s"
            .formatted(name, key, shown, expected));
  }
}
