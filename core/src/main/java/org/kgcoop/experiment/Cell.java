package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.prompt.Method;

/**
 * What a trial came to, without its pictures.
 *
 * @param setting what a sweep varied
 * @param dataSet that was learned from
 * @param chosen settings that the run has found by itself, such as a weight; empty otherwise
 * @param run its folder below that of the table
 * @param targets in the order of the trial
 */
public record Cell(
    String method,
    String title,
    String prompts,
    Map<String, JsonNode> setting,
    String dataSet,
    int shots,
    long seed,
    Time time,
    Map<String, JsonNode> chosen,
    String run,
    List<Measured> targets) {

  /**
   * A target, counted.
   *
   * @param classes {@code all}, {@code base} or {@code new}
   * @param distance between learned and hand-crafted class features; NaN where undefined
   */
  public record Measured(
      String name, String dataSet, String classes, long correct, long total, double distance) {

    /** In percent. */
    public double accuracy() {
      return 100.0 * correct / total;
    }
  }

  public Cell {
    targets = List.copyOf(targets);
    chosen = Collections.unmodifiableMap(new LinkedHashMap<>(chosen));
  }

  /** From the content of a run's {@code results.json}. */
  static Cell of(Trial trial, JsonNode results) {
    Method method = trial.method();
    Map<String, JsonNode> chosen = new LinkedHashMap<>();
    results.path("chosen").properties().forEach(e -> chosen.put(e.getKey(), e.getValue()));
    List<Measured> targets = new ArrayList<>();
    // The run may know others, of earlier questions.
    for (Target target : trial.targets()) {
      JsonNode entry = named(target.name(), results.path("targets"));
      targets.add(
          new Measured(
              entry.path("name").asText(),
              entry.path("data_set").asText(),
              entry.path("classes").asText(),
              entry.path("correct").asLong(),
              entry.path("total").asLong(),
              entry.path("distance").asDouble(Double.NaN)));
    }
    return new Cell(
        method.id(),
        method.title(),
        method.prompts(),
        trial.contender().setting(),
        trial.draw().name(),
        trial.draw().shots(),
        trial.draw().seed(),
        Time.of(results.path("training")),
        chosen,
        trial.run(),
        targets);
  }

  private static JsonNode named(String name, JsonNode targets) {
    for (JsonNode target : targets) {
      if (target.path("name").asText().equals(name)) {
        return target;
      }
    }
    throw new IllegalStateException("not measured: " + name);
  }

  ObjectNode toJson() {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("method", method)
            .put("title", title)
            .put("prompts", prompts);
    json.set("setting", Contender.json(setting));
    json.put("data_set", dataSet).put("shots", shots).put("seed", seed);
    time.put(json);
    if (!chosen.isEmpty()) {
      json.set("chosen", Contender.json(chosen));
    }
    json.put("run", run);
    ArrayNode entries = json.putArray("targets");
    for (Measured target : targets) {
      ObjectNode entry =
          entries
              .addObject()
              .put("name", target.name())
              .put("data_set", target.dataSet())
              .put("classes", target.classes())
              .put("correct", target.correct())
              .put("total", target.total())
              .put("accuracy", target.accuracy());
      if (!Double.isNaN(target.distance())) {
        entry.put("distance", target.distance());
      }
    }
    return json;
  }
}
