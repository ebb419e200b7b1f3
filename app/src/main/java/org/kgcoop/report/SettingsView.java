package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the results rest on.
 *
 * @param run the protocol, what computed it and with which versions
 * @param methods names of the methods, the columns of {@code own} and {@code training}
 * @param own settings of the methods
 * @param training settings of their training
 */
record SettingsView(
    List<Entry> run,
    List<String> methods,
    List<Line> own,
    List<Line> training,
    List<DataSetEntry> dataSets) {

  private static final Set<String> NOT_OF_THE_RUN = Set.of("methods", "data_sets");

  private static final Map<String, String> LABELS =
      Map.of("clip_fingerprint", "CLIP fingerprint", "java", "Java", "os", "system");

  /** A setting and its value. */
  record Entry(String label, String value) {}

  /** A setting and its value for each method. */
  record Line(String label, List<String> values) {}

  /**
   * A data set.
   *
   * @param fingerprint its first digits
   */
  record DataSetEntry(String name, String template, String fingerprint) {}

  static SettingsView of(JsonNode results) {
    JsonNode settings = results.path("settings");
    List<Entry> run = new ArrayList<>();
    for (JsonNode part : List.of(settings, results.path("computation"), results.path("versions"))) {
      part.properties().stream()
          .filter(field -> !NOT_OF_THE_RUN.contains(field.getKey()))
          .forEach(field -> run.add(entry(field.getKey(), field.getValue())));
    }
    List<String> methods = new ArrayList<>();
    List<JsonNode> own = new ArrayList<>();
    List<JsonNode> training = new ArrayList<>();
    for (JsonNode method : settings.path("methods")) {
      methods.add(title(method.path("method").path("method"), results.path("rows")));
      own.add(method.path("method"));
      training.add(method.path("training"));
    }
    List<DataSetEntry> dataSets = new ArrayList<>();
    for (JsonNode set : settings.path("data_sets")) {
      dataSets.add(
          new DataSetEntry(
              Text.any(set.path("name")),
              Text.any(set.path("template")),
              Text.shortened(Text.any(set.path("fingerprint")))));
    }
    return new SettingsView(run, methods, lines(own), lines(training), dataSets);
  }

  private static Entry entry(String key, JsonNode value) {
    String text = Text.any(value);
    return new Entry(label(key), key.endsWith("fingerprint") ? Text.shortened(text) : text);
  }

  private static String label(String key) {
    return LABELS.getOrDefault(key, key.replace('_', ' '));
  }

  /** The settings name methods as commands do, the rows as people do. */
  private static String title(JsonNode id, JsonNode rows) {
    for (JsonNode row : rows) {
      if (!id.isMissingNode() && row.path("method").equals(id)) {
        return ResultTable.title(row);
      }
    }
    return Text.or(id, "unnamed");
  }

  private static List<Line> lines(List<JsonNode> methods) {
    Set<String> keys = new LinkedHashSet<>();
    methods.forEach(method -> method.fieldNames().forEachRemaining(keys::add));
    keys.remove("method");
    return keys.stream()
        .map(
            key ->
                new Line(
                    label(key),
                    methods.stream().map(method -> Text.any(method.path(key))).toList()))
        .toList();
  }
}
