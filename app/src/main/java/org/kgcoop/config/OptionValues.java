package org.kgcoop.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What configurations say in terms of options.
 *
 * @param options for the name of an option without its dashes what is given to it, several values
 *     where it is given several times
 * @param settings of methods: {@code KEY} or {@code METHOD.KEY} and value
 */
public record OptionValues(Map<String, List<String>> options, Map<String, String> settings) {

  /** Without any value. */
  public static OptionValues empty() {
    return new OptionValues(new LinkedHashMap<>(), new LinkedHashMap<>());
  }

  /** What one of this program's own files says. */
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

  void put(String option, String value) {
    options.put(option, List.of(value));
  }

  /** These values, those of another where it has one. */
  public OptionValues with(OptionValues stronger) {
    OptionValues all = without(stronger.settings.keySet());
    all.options.putAll(stronger.options);
    all.settings.putAll(stronger.settings);
    return all;
  }

  /**
   * These values without the settings that others take the place of: one for all methods that of
   * each, one of a method its own.
   *
   * @param keys of the others, {@code KEY} or {@code METHOD.KEY}
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

  /** The values that another names too. */
  OptionValues among(OptionValues names) {
    OptionValues left = empty();
    left.options.putAll(options);
    left.options.keySet().retainAll(names.options.keySet());
    left.settings.putAll(settings);
    left.settings.keySet().retainAll(names.settings.keySet());
    return left;
  }

  /** The values that another has not, or has otherwise. */
  OptionValues unlike(OptionValues other) {
    OptionValues left = empty();
    left.options.putAll(options);
    left.options.entrySet().removeAll(other.options.entrySet());
    left.settings.putAll(settings);
    left.settings.entrySet().removeAll(other.settings.entrySet());
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
