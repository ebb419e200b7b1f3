package org.kgcoop.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;

/**
 * Settings of a record. They create the record from values, and return the values of a record.
 *
 * @param owner the owner of the settings in messages
 * @param bound the settings, in the order of their values
 * @param factory the function that creates the record
 * @param <R> the record
 */
public record SettingList<R>(
    String owner, List<BoundSetting<R>> bound, Function<SettingValues, R> factory) {
  public SettingList {
    bound = List.copyOf(bound);
  }

  public List<Setting<?>> settings() {
    List<Setting<?>> all = new ArrayList<>();
    bound.forEach(each -> all.add(each.setting()));
    return all;
  }

  public List<String> keys() {
    return bound.stream().<String>map(each -> each.setting().key()).toList();
  }

  /** Returns the setting with a key, which must exist. */
  public Setting<?> setting(String key) {
    return settings().stream().filter(each -> each.key().equals(key)).findFirst().orElseThrow();
  }

  /**
   * Creates the record. A setting that is not given has its default.
   *
   * @param others further keys that are allowed
   * @throws KgCoopException if a key is unknown or a value is invalid
   */
  public R parse(SettingValues values, List<String> others) {
    List<String> known = new ArrayList<>(keys());
    others.stream().filter(key -> !known.contains(key)).forEach(known::add);
    List<String> unknown = new ArrayList<>(values.keys());
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw KgCoopException.configuration(
          "settings of %s: unknown %s; known are %s"
              .formatted(owner, Nearest.hints(unknown, known), String.join(", ", known)));
    }
    return factory.apply(values);
  }

  /** Returns all stored values of a record, in the form that {@link #parse} reads. */
  public SettingValues values(R of) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (BoundSetting<R> each : bound) {
      Setting<?> setting = each.setting();
      each.value()
          .apply(of)
          .filter(value -> !(setting.omitsDefault() && value.equals(defaultValue(setting))))
          .ifPresent(value -> values.put(setting.key(), value));
    }
    return new SettingValues(values);
  }

  private static <T> Object defaultValue(Setting<T> setting) {
    return setting.type().writer().apply(SettingValues.NONE.get(setting));
  }
}
