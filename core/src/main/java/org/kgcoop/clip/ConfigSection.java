package org.kgcoop.clip;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.kgcoop.KgCoopException;

/**
 * An object of a configuration file. If a value would change the computation and is not
 * implemented, it is rejected with its name. So is a value of another type, which would otherwise
 * read as the default.
 *
 * @param name the file and the keys that lead here; ends in a separator
 */
public record ConfigSection(String name, JsonNode json) {
  private static final int LONGEST_VALUE = 60;

  /** Returns a nested object, empty if it is missing. */
  public ConfigSection at(String key) {
    if (!isMissing(key) && !json.path(key).isObject()) {
      throw refused(key, "an object");
    }
    return new ConfigSection(name + key + ".", json.path(key));
  }

  /** Returns true if the key is missing, or its value is null. */
  public boolean isMissing(String key) {
    return json.path(key).isMissingNode() || json.path(key).isNull();
  }

  /** Returns true if the key is missing, or its value is null, false, 0 or empty. */
  public boolean isOff(String key) {
    JsonNode value = json.path(key);
    return value.isMissingNode()
        || value.isNull()
        || (value.isBoolean() && !value.booleanValue())
        || (value.isNumber() && value.doubleValue() == 0)
        || (value.isTextual() && value.textValue().isEmpty())
        || (value.isContainerNode() && value.isEmpty());
  }

  /** Rejects all keys that are not off, except the known ones. */
  public void allOffBut(Set<String> known) {
    json.fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.contains(key)) {
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
    if (!isMissing(key) && !json.path(key).isBoolean()) {
      throw refused(key, "true or false");
    }
    return json.path(key).asBoolean(otherwise);
  }

  /** Rejects a preprocessing step that is off. */
  public void on(String key) {
    if (!flag(key, true)) {
      throw refused(key, "true");
    }
  }

  /** Rejects all values except these. */
  public void only(String key, String... values) {
    oneOf(key, List.of(values));
  }

  /** Returns the value, which must be one of those allowed; the first one if the key is missing. */
  @CanIgnoreReturnValue
  public String oneOf(String key, List<String> values) {
    JsonNode value = json.path(key);
    if (isMissing(key)) {
      return values.get(0);
    }
    if (!values.contains(value.asText())) {
      throw refused(key, String.join(" or ", values));
    }
    return value.asText();
  }

  /** Returns a text, or the default if the key is missing. */
  public String text(String key, String otherwise) {
    if (!isMissing(key) && !json.path(key).isTextual()) {
      throw refused(key, "a text");
    }
    return json.path(key).asText(otherwise);
  }

  /** Returns a number that a positive float can hold, or the default if the key is missing. */
  public double positive(String key, double otherwise) {
    JsonNode value = json.path(key);
    if (isMissing(key)) {
      return otherwise;
    }
    if (!(value.floatValue() > 0 && Float.isFinite(value.floatValue()))) {
      throw refused(key, "a positive number");
    }
    return value.doubleValue();
  }

  /** Returns a positive whole number, or the default if the key is missing. */
  public int whole(String key, int otherwise) {
    return whole(key, 1, otherwise);
  }

  /** Returns the id of a token, or the default if the key is missing. */
  public int tokenId(String key, int otherwise) {
    return whole(key, 0, otherwise);
  }

  private int whole(String key, int least, int otherwise) {
    JsonNode value = json.path(key);
    if (isMissing(key)) {
      return otherwise;
    }
    if (!value.isInt() || value.intValue() < least) {
      throw refused(key, least == 0 ? "the id of a token" : "a positive whole number");
    }
    return value.intValue();
  }

  /**
   * Returns the numbers of a key, one per channel, or the released values if the key is missing.
   */
  public List<Double> perChannel(String key, List<Double> released, int channels) {
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
    JsonNode first = value;
    JsonNode second = value;
    if (value.isArray() && value.size() == 2) {
      first = value.path(0);
      second = value.path(1);
    } else if (value.isObject()) {
      first = value.path("height");
      second = value.path("width");
    }
    if (isMissing(key)) {
      return 0;
    }
    if (!first.isInt() || !first.equals(second) || first.intValue() < 1) {
      throw refused(key, "a square");
    }
    return first.intValue();
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
