package org.kgcoop.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.settings.SettingValues;

/** A reader of explicit training settings, which checks their types. */
final class TrainingConfigReader {
  static final String SEED = "seed";
  static final String CHECKPOINT_EVERY = "checkpoint_every";

  /** The default values. */
  private static final Map<String, String> USUAL = usual();

  private final SettingValues values;

  /** Creates a reader and rejects unknown keys. */
  TrainingConfigReader(SettingValues values) {
    this.values = values;
    List<String> unknown = new ArrayList<>();
    unknown.addAll(values.keys());
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
    return values.has(key) ? values.text(key).strip() : USUAL.getOrDefault(key, "");
  }

  /** The value where none is stated. */
  String usual(String key) {
    return USUAL.getOrDefault(key, "");
  }

  double number(String key) {
    String usual = USUAL.getOrDefault(key, "");
    if (!values.has(key) && !usual.isEmpty()) {
      return Double.parseDouble(usual);
    }
    if (values.values().get(key) instanceof Number number) {
      return number.doubleValue();
    }
    throw wrong(key, "a number");
  }

  int whole(String key) {
    double number = number(key);
    if (number != (int) number) {
      throw wrong(key, "a whole number");
    }
    return (int) number;
  }

  long seed() {
    return values.values().get(SEED) instanceof Number seed ? seed.longValue() : 1;
  }

  private KgCoopException wrong(String key, String expected) {
    return KgCoopException.configuration(
        "%s: expected %s, got %s"
            .formatted(key, expected, values.has(key) ? values.text(key) : "nothing"));
  }
}
