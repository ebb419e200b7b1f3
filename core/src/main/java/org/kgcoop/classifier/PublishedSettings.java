package org.kgcoop.classifier;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kgcoop.files.Json;
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
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record PublishedSettings(
    List<String> methods,
    List<String> protocols,
    List<String> dataSets,
    List<Integer> shots,
    @JsonProperty("option") boolean isOption,
    List<String> unless,
    Map<String, Object> settings,
    Map<String, Object> training,
    String template,
    String source) {
  private static final Map<String, List<PublishedSettings>> BY_METHOD = read();

  private static Map<String, List<PublishedSettings>> read() {
    ObjectMapper mapper = Json.STRICT.copy();
    mapper.setDefaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY)); // also if missing
    Map<String, List<PublishedSettings>> byMethod = new HashMap<>();
    for (PublishedSettings settings :
        mapper.convertValue(
            Resources.json(PublishedSettings.class, "published.json"), PublishedSettings[].class)) {
      Set.copyOf(settings.methods)
          .forEach(id -> byMethod.computeIfAbsent(id, key -> new ArrayList<>()).add(settings));
    }
    return byMethod;
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
