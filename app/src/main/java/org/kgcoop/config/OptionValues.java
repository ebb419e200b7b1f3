package org.kgcoop.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The options and settings of configurations.
 *
 * @param options by the name of an option without its dashes: its value, or several values of a
 *     repeatable option
 * @param settings of methods: {@code KEY} or {@code METHOD.KEY} and value
 */
public record OptionValues(Map<String, List<String>> options, Map<String, String> settings) {

  /** Returns an empty set of values. */
  public static OptionValues empty() {
    return new OptionValues(new LinkedHashMap<>(), new LinkedHashMap<>());
  }

  /** Returns the values of a configuration in kgcoop's own form. */
  public static OptionValues of(ConfigFile file) {
    OptionValues values = empty();
    for (Map.Entry<String, JsonNode> entry : file.content().properties()) {
      if (entry.getKey().equals("set") && entry.getValue() instanceof ObjectNode settings) {
        new ConfigFile(file.name(), settings)
            .flat()
            .forEach((key, value) -> values.settings.put(key, value.asText()));
      } else {
        values.options.put(entry.getKey(), texts(entry.getValue()));
      }
    }
    return values;
  }

  /** Returns true if the option has a value. */
  public boolean has(String option) {
    return options.containsKey(option);
  }

  void put(String option, String value) {
    options.put(option, List.of(value));
  }

  /** Returns a copy in which stronger values replace these. */
  public OptionValues with(OptionValues stronger) {
    OptionValues all = without(stronger.settings.keySet());
    all.options.putAll(stronger.options);
    all.settings.putAll(stronger.settings);
    return all;
  }

  /**
   * Returns a copy without the settings that stronger ones replace. {@code KEY} replaces the
   * setting of every method, {@code METHOD.KEY} only the setting of that method.
   *
   * @param keys of the stronger settings, {@code KEY} or {@code METHOD.KEY}
   */
  public OptionValues without(Collection<String> keys) {
    OptionValues left = empty();
    left.options.putAll(options);
    left.settings.putAll(settings);
    left.settings
        .keySet()
        .removeIf(
            own ->
                keys.stream()
                    .anyMatch(key -> own.equals(key) || own.replaceFirst(".*\\.", "").equals(key)));
    return left;
  }

  private static List<String> texts(JsonNode value) {
    if (value.isArray()) {
      List<String> texts = new ArrayList<>();
      value.forEach(element -> texts.add(element.asText()));
      return texts;
    }
    return List.of(value.isObject() ? value.toString() : value.asText());
  }
}
