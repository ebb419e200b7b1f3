package org.kgcoop.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.files.Json;

/**
 * Values of settings by key, in order, as a user or a file gives them. A value is a number, a text,
 * a flag, or a list of them.
 */
public record SettingValues(Map<String, Object> values) {
  /** No values, so that every setting has its default. */
  public static final SettingValues NONE = new SettingValues(Map.of());

  public SettingValues {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** Returns a single value. */
  public static SettingValues of(String key, Object value) {
    return new SettingValues(Map.of(key, value));
  }

  /** Reads an object. Its null values are left out. Other JSON has no values. */
  public static SettingValues fromJson(JsonNode json) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      Object value = Json.STRICT.convertValue(entry.getValue(), Object.class);
      if (value != null) {
        values.put(entry.getKey(), value);
      }
    }
    return new SettingValues(values);
  }

  /** Returns the values as an object. */
  public ObjectNode toJson() {
    return Json.STRICT.valueToTree(values);
  }

  /** Returns these values with another value of a setting. */
  public SettingValues with(String key, Object value) {
    Map<String, Object> all = new LinkedHashMap<>(values);
    all.put(key, value);
    return new SettingValues(all);
  }

  /** Returns these values, replaced and extended by stronger ones. */
  public SettingValues with(SettingValues stronger) {
    Map<String, Object> all = new LinkedHashMap<>(values);
    all.putAll(stronger.values);
    return new SettingValues(all);
  }

  /** Returns these values without that of a setting. */
  public SettingValues without(String key) {
    Map<String, Object> all = new LinkedHashMap<>(values);
    all.remove(key);
    return new SettingValues(all);
  }

  public Set<String> keys() {
    return values.keySet();
  }

  /**
   * Checks that all keys are known.
   *
   * @param owner the owner of the settings in the message
   * @throws KgCoopException if a key is unknown
   */
  public void checkKeys(String owner, List<String> known) {
    List<String> unknown = new ArrayList<>(keys());
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw KgCoopException.configuration(
          "settings of %s: unknown %s; known are %s"
              .formatted(owner, Nearest.hints(unknown, known), String.join(", ", known)));
    }
  }

  /** Returns true if the setting is given. */
  public boolean has(String key) {
    return values.containsKey(key);
  }

  /** Returns true if the setting is given. */
  public boolean has(Setting<?> setting) {
    return has(setting.key());
  }

  /** Returns the value of a setting as text, or an empty text if it is not given. */
  public String text(String key) {
    return has(key) ? String.valueOf(values.get(key)) : "";
  }

  /**
   * Returns the value of a setting, or its default if it is not given.
   *
   * @throws KgCoopException if the value has the wrong type or is out of range
   */
  public <T> T get(Setting<T> setting) {
    Object stored = values.get(setting.key());
    if (stored == null) {
      return setting.defaultValue().value().apply(this);
    }
    T value =
        setting
            .type()
            .reader()
            .apply(stored)
            .orElseThrow(() -> wrong(setting, expected(setting.type(), stored), stored));
    if (!setting.isAllowed().test(value)) {
      throw wrong(setting, setting.range(), stored);
    }
    return value;
  }

  private static String expected(SettingType<?> type, Object stored) {
    return SettingType.isTooLarge(stored)
            || (stored instanceof List<?> list && list.stream().anyMatch(SettingType::isTooLarge))
        ? type.expected() + " of at most 3.4e38"
        : type.expected();
  }

  private static KgCoopException wrong(
      Setting<?> setting, String expected, @Nullable Object stored) {
    return new SettingException(
        setting.key(),
        "expected %s, got %s"
            .formatted(expected, stored instanceof String ? "'" + stored + "'" : stored));
  }
}
