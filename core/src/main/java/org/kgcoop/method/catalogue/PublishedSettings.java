package org.kgcoop.method.catalogue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.kgcoop.files.Resources;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.setting.Declaration;

/**
 * Published settings that differ from a method's defaults: an entry of {@code published.json}. If
 * several entries apply to a setting, the last one wins.
 *
 * @param entry the entry. {@code methods} names the methods. The following conditions are optional:
 *     {@code protocols}, {@code data_sets}, {@code shots} (the minimum, and optionally the
 *     maximum), {@code option} (true if the entry applies only with {@code --published}) and {@code
 *     unless} (settings that the user must not give). The values are in {@code settings}, {@code
 *     training} and {@code template}; {@code source} names their source
 */
public record PublishedSettings(JsonNode entry) {
  private static final Map<String, List<PublishedSettings>> BY_METHOD = read();

  private static Map<String, List<PublishedSettings>> read() {
    Map<String, List<PublishedSettings>> byMethod = new HashMap<>();
    for (JsonNode entry : Resources.json(PublishedSettings.class, "published.json")) {
      PublishedSettings settings = new PublishedSettings(entry);
      Set.copyOf(settings.texts("methods"))
          .forEach(id -> byMethod.computeIfAbsent(id, key -> new ArrayList<>()).add(settings));
    }
    return byMethod;
  }

  /** Returns the entries of a method, in order. */
  public static List<PublishedSettings> of(String method) {
    return Collections.unmodifiableList(BY_METHOD.getOrDefault(method, List.of()));
  }

  /** Returns the entries that apply to a method with the given settings and to a task. */
  static List<PublishedSettings> of(String protocol, JsonNode stated, TaskContext task) {
    return of(stated.path(Declaration.METHOD).asText()).stream()
        .filter(each -> each.applies(protocol, stated, task))
        .toList();
  }

  private boolean applies(String protocol, JsonNode stated, TaskContext task) {
    int shots = task.shots();
    return isAmong("protocols", protocol)
        && isAmong("data_sets", task.dataSet())
        && texts("unless").stream().noneMatch(stated::has)
        && shots >= entry.path("shots").path(0).asInt(0)
        && shots <= entry.path("shots").path(1).asInt(Integer.MAX_VALUE);
  }

  private boolean isAmong(String key, String asked) {
    return !entry.has(key) || texts(key).contains(asked);
  }

  private List<String> texts(String key) {
    return StreamSupport.stream(entry.path(key).spliterator(), false)
        .map(JsonNode::asText)
        .toList();
  }

  /** Returns true if the entry applies only if the user requests all published settings. */
  boolean isOption() {
    return entry.path("option").asBoolean();
  }

  /** Returns the settings of the method. */
  public JsonNode settings() {
    return entry.path("settings");
  }

  /** Returns the settings of the training. */
  public JsonNode training() {
    return entry.path("training");
  }

  /**
   * Returns the template that replaces the published template of the data set, or an empty text.
   */
  public String template() {
    return entry.path("template").asText();
  }

  /** Returns the file that the values come from. */
  public String source() {
    return entry.path("source").asText();
  }

  /** Describes the protocols, data sets and numbers of shots, for the help. */
  public String where() {
    List<String> parts = new ArrayList<>();
    if (isOption()) {
      parts.add("with --published");
    }
    parts.addAll(texts("protocols"));
    parts.addAll(texts("data_sets"));
    List<String> shots = texts("shots");
    if (!shots.isEmpty()) {
      parts.add(shots.size() == 1 ? "from " + shots.get(0) + " shots" : shots(shots));
    }
    return parts.isEmpty() ? "published data sets" : String.join(", ", parts);
  }

  private static String shots(List<String> bounds) {
    return bounds.get(0).equals(bounds.get(1))
        ? bounds.get(0) + " shot"
        : bounds.get(0) + " to " + bounds.get(1) + " shots";
  }
}
