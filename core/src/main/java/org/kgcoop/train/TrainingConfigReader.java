package org.kgcoop.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;

/** A reader of explicit training settings, which checks their types. */
final class TrainingConfigReader {
  static final String SEED = "seed";
  static final String CHECKPOINT_EVERY = "checkpoint_every";

  /** The default values. */
  private static final Map<String, String> USUAL = usual();

  private final JsonNode json;

  /** Creates a reader and rejects unknown keys. */
  TrainingConfigReader(JsonNode json) {
    this.json = json;
    List<String> unknown = new ArrayList<>();
    json.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(USUAL.keySet());
    if (!unknown.isEmpty()) {
      throw KgCoopException.configuration(
          "training settings: unknown %s; known are %s"
              .formatted(
                  Nearest.hints(unknown, USUAL.keySet()), String.join(", ", USUAL.keySet())));
    }
  }

  private static Map<String, String> usual() {
    Map<String, String> usual = new LinkedHashMap<>();
    TrainingSetting.ALL.forEach(setting -> usual.put(setting.key(), setting.usual()));
    usual.put(SEED, "1");
    usual.put(CHECKPOINT_EVERY, "5");
    return usual;
  }

  String text(String key) {
    return json.has(key) ? json.path(key).asText().strip() : USUAL.getOrDefault(key, "");
  }

  /** The value where none is stated. */
  String usual(String key) {
    return USUAL.getOrDefault(key, "");
  }

  double number(String key) {
    JsonNode stated = json.path(key);
    String usual = USUAL.getOrDefault(key, "");
    if (stated.isMissingNode() && !usual.isEmpty()) {
      return Double.parseDouble(usual);
    }
    if (!stated.isNumber()) {
      throw wrong(key, "a number");
    }
    return stated.asDouble();
  }

  int whole(String key) {
    double number = number(key);
    if (number != (int) number) {
      throw wrong(key, "a whole number");
    }
    return (int) number;
  }

  long seed() {
    return json.path(SEED).asLong(1);
  }

  private KgCoopException wrong(String key, String expected) {
    JsonNode stated = json.path(key);
    return KgCoopException.configuration(
        "%s: expected %s, got %s"
            .formatted(key, expected, stated.isMissingNode() ? "nothing" : stated));
  }
}
