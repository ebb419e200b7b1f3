package org.kgcoop.classifier;

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
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.SettingValues;

/**
 * Published settings that differ from a method's defaults: an entry of {@code published.json}. If
 * several entries apply to a setting, the last one wins.
 *
 * @param methods the names of the methods
 * @param protocols the protocols; empty for all
 * @param dataSets the data sets; empty for all
 * @param shots the minimum number of shots, and optionally the maximum; empty for any
 * @param isOption true if the entry applies only if the user requests all published settings
 * @param unless the settings that the user must not give
 * @param settings the settings of the method
 * @param training the settings of the training
 * @param template the template that replaces the published template of the data set, or an empty
 *     text
 * @param source the file that the values come from
 */
public record PublishedSettings(
    List<String> methods,
    List<String> protocols,
    List<String> dataSets,
    List<Integer> shots,
    boolean isOption,
    List<String> unless,
    SettingValues settings,
    SettingValues training,
    String template,
    String source) {
  private static final Map<String, List<PublishedSettings>> BY_METHOD = read();

  private static Map<String, List<PublishedSettings>> read() {
    Map<String, List<PublishedSettings>> byMethod = new HashMap<>();
    for (JsonNode entry : Resources.json(PublishedSettings.class, "published.json")) {
      PublishedSettings settings =
          new PublishedSettings(
              texts(entry, "methods"),
              texts(entry, "protocols"),
              texts(entry, "data_sets"),
              texts(entry, "shots").stream().map(Integer::valueOf).toList(),
              entry.path("option").asBoolean(),
              texts(entry, "unless"),
              SettingValues.fromJson(entry.path("settings")),
              SettingValues.fromJson(entry.path("training")),
              entry.path("template").asText(),
              entry.path("source").asText());
      Set.copyOf(settings.methods)
          .forEach(id -> byMethod.computeIfAbsent(id, key -> new ArrayList<>()).add(settings));
    }
    return byMethod;
  }

  private static List<String> texts(JsonNode entry, String key) {
    return StreamSupport.stream(entry.path(key).spliterator(), false)
        .map(JsonNode::asText)
        .toList();
  }

  /** Returns the entries of a method, in order. */
  public static List<PublishedSettings> of(String method) {
    return Collections.unmodifiableList(BY_METHOD.getOrDefault(method, List.of()));
  }

  /** Returns the entries that apply to a method with the given settings and to a task. */
  static List<PublishedSettings> of(String protocol, SettingValues explicit, TaskContext task) {
    return of(explicit.text(Declaration.METHOD)).stream()
        .filter(each -> each.applies(protocol, explicit, task))
        .toList();
  }

  private boolean applies(String protocol, SettingValues explicit, TaskContext task) {
    return (protocols.isEmpty() || protocols.contains(protocol))
        && (dataSets.isEmpty() || dataSets.contains(task.dataSet()))
        && unless.stream().noneMatch(explicit::has)
        && (shots.isEmpty() || task.shots() >= shots.get(0))
        && (shots.size() < 2 || task.shots() <= shots.get(1));
  }

  /** Describes the protocols, data sets and numbers of shots, for the help. */
  public String where() {
    List<String> parts = new ArrayList<>();
    if (isOption) {
      parts.add("with --published");
    }
    parts.addAll(protocols);
    parts.addAll(dataSets);
    if (shots.size() == 1) {
      parts.add("from " + shots.get(0) + " shots");
    } else if (!shots.isEmpty()) {
      parts.add(
          shots.get(0).equals(shots.get(1))
              ? shots.get(0) + " shot"
              : shots.get(0) + " to " + shots.get(1) + " shots");
    }
    return parts.isEmpty() ? "published data sets" : String.join(", ", parts);
  }
}
