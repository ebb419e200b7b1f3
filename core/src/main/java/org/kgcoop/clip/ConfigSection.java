package org.kgcoop.clip;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.kgcoop.KgCoopException;
import org.kgcoop.io.WeightFile;

/**
 * An object of a configuration file. If a value would change the computation and is not
 * implemented, it is rejected with its name. So is a value of another type, which would otherwise
 * read as the default.
 *
 * @param name the file and the keys that lead here; ends in a separator
 */
public record ConfigSection(String name, JsonNode json) {
  private static final int LONGEST_VALUE = 60;

  /** The values that have the same effect as a missing key. */
  private static final Set<String> OFF =
      Set.of("", "null", "false", "0", "0.0", "-0.0", "\"\"", "[]", "{}");

  /** Returns the content of a file next to weights, which may be missing. */
  static ConfigSection of(WeightFile weights, String file) {
    return new ConfigSection(
        weights.path() + ": " + file + ": ",
        weights.configs().getOrDefault(file, MissingNode.getInstance()));
  }

  /** Returns true if the object exists. */
  boolean isThere() {
    return json.isObject();
  }

  /** Returns a nested object, empty if it is missing. */
  public ConfigSection at(String key) {
    JsonNode nested = value(key, json.path(key), "an object", JsonNode::isObject, node -> node);
    return new ConfigSection(name + key + ".", nested);
  }

  /** Returns the objects of a list, empty if it is missing. */
  public List<ConfigSection> list(String key) {
    JsonNode list = value(key, json.path(key), "a list", JsonNode::isArray, node -> node);
    List<ConfigSection> objects = new ArrayList<>();
    list.forEach(node -> objects.add(new ConfigSection(name + key + ".", node)));
    return objects;
  }

  /** Returns this object with the values of another one, which take precedence. */
  ConfigSection overriddenBy(ConfigSection other) {
    if (!isThere() || !other.isThere()) {
      return other.isThere() ? other : this;
    }
    return new ConfigSection(name, json.<ObjectNode>deepCopy().setAll((ObjectNode) other.json()));
  }

  /** Returns true if the key is missing, or its value is null. */
  public boolean isMissing(String key) {
    return !json.hasNonNull(key);
  }

  /** Returns true if the key is missing, or its value is null, false, 0 or empty. */
  public boolean isOff(String key) {
    return OFF.contains(json.path(key).toString());
  }

  /** Rejects all keys that are not off, except the known ones. */
  public void allOffBut(Set<String> known, String... more) {
    json.fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.contains(key) && !List.of(more).contains(key)) {
                off(key);
              }
            });
  }

  /** Rejects a key that is not off. */
  public void off(String key) {
    if (!isOff(key)) {
      throw refused(key, "none");
    }
  }

  /** Returns true or false, or the default if the key is missing. */
  public boolean flag(String key, boolean otherwise) {
    return value(key, otherwise, "true or false", JsonNode::isBoolean, JsonNode::booleanValue);
  }

  /** Rejects a preprocessing step that is off. */
  public void on(String key) {
    if (!flag(key, true)) {
      throw refused(key, "true");
    }
  }

  /** Rejects all values except these. Returns the value; the first one if the key is missing. */
  @CanIgnoreReturnValue
  public String only(String key, String... values) {
    Predicate<JsonNode> isAllowed = value -> List.of(values).contains(value.asText());
    return value(key, values[0], String.join(" or ", values), isAllowed, JsonNode::asText);
  }

  /** Rejects all values except this one, and a missing key. */
  public void exactly(String key, String value) {
    if (!text(key, "").equals(value)) {
      throw refused(key, value);
    }
  }

  /** Returns a text, or the default if the key is missing. */
  public String text(String key, String otherwise) {
    return value(key, otherwise, "a text", JsonNode::isTextual, JsonNode::textValue);
  }

  /** Returns a number that a positive float can hold, or the default if the key is missing. */
  public double positive(String key, double otherwise) {
    Predicate<JsonNode> isPositive =
        value -> value.floatValue() > 0 && Float.isFinite(value.floatValue());
    return value(key, otherwise, "a positive number", isPositive, JsonNode::doubleValue);
  }

  /** Returns a positive whole number, or the default if the key is missing. */
  public int whole(String key, int otherwise) {
    return whole(key, otherwise, 1, "a positive whole number");
  }

  /** Returns the id of a token, or the default if the key is missing. */
  public int tokenId(String key, int otherwise) {
    return whole(key, otherwise, 0, "the id of a token");
  }

  private int whole(String key, int otherwise, int least, String expected) {
    Predicate<JsonNode> isExpected = value -> value.isInt() && value.intValue() >= least;
    return value(key, otherwise, expected, isExpected, JsonNode::intValue);
  }

  /**
   * Returns the numbers of a key, one per channel, or the released values if the key is missing.
   */
  List<Double> perChannel(String key, List<Double> released, int channels) {
    if (isMissing(key)) {
      double mean = released.stream().mapToDouble(v -> v).average().orElseThrow();
      return channels == released.size() ? released : List.of(mean);
    }
    List<Double> values = new ArrayList<>();
    for (JsonNode value : json.path(key)) {
      if (!value.isNumber() || value.doubleValue() < 0 || value.doubleValue() > 1) {
        throw refused(key, "numbers from 0 to 1");
      }
      values.add(value.doubleValue());
    }
    return values;
  }

  /**
   * Returns the side of a square: a number, two equal ones, or height and width; 0 if the key is
   * missing.
   */
  public int square(String key) {
    JsonNode value = json.path(key);
    boolean isPair = value.isArray() && value.size() == 2;
    JsonNode first = isPair ? value.path(0) : value.isObject() ? value.path("height") : value;
    JsonNode second = isPair ? value.path(1) : value.isObject() ? value.path("width") : value;
    return value(
        key,
        0,
        "a square",
        node -> first.isInt() && first.equals(second) && first.intValue() > 0,
        node -> first.intValue());
  }

  /** Rejects a square of another side. */
  void checkSquare(String key, int side) {
    if (square(key) != side) {
      throw refused(key, side + " pixels, which the weights read");
    }
  }

  private <T> T value(
      String key,
      T otherwise,
      String expected,
      Predicate<JsonNode> isExpected,
      Function<JsonNode, T> read) {
    if (isMissing(key)) {
      return otherwise;
    }
    if (!isExpected.test(json.path(key))) {
      throw refused(key, expected);
    }
    return read.apply(json.path(key));
  }

  /** Creates the error for a required key that is missing, or whose value is null. */
  KgCoopException missing(String key, String expected) {
    return KgCoopException.weights(
        "%s%s: missing or null, and the features depend on it; expected %s"
            .formatted(name, key, expected));
  }

  /** Creates the error for a value. */
  public KgCoopException refused(String key, String expected) {
    String value = json.path(key).toString();
    String shown =
        value.length() <= LONGEST_VALUE ? value : value.substring(0, LONGEST_VALUE) + "...";
    return KgCoopException.weights(
        "%s%s %s: changes what the model computes and is not implemented; expected %s"
            .formatted(name, key, shown, expected));
  }
}
