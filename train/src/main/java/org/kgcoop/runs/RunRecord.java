package org.kgcoop.runs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.kgcoop.files.Json;

/**
 * The record of a run: {@code run.json}.
 *
 * @param settings the settings that determine the result: {@code method}, {@code training}, {@code
 *     data}, {@code computation}
 * @param provenance versions, the command and its directory, the method's title
 * @param state {@code running}, even if the run was stopped, or {@code complete}
 */
public record RunRecord(JsonNode settings, JsonNode provenance, String state) {
  /** The name of the file in the folder of a run. A folder without it is not a run. */
  public static final String FILE = "run.json";

  /** An empty record. */
  public static final RunRecord NONE =
      new RunRecord(MissingNode.getInstance(), MissingNode.getInstance(), "");

  private static final int LONGEST = 60; // characters of a value in a message
  private static final String RUNNING = "running";
  private static final String COMPLETE = "complete";

  public RunRecord {
    settings = Json.node(settings);
    provenance = Json.node(provenance);
  }

  static RunRecord begun(Object settings, Object provenance) {
    return new RunRecord(stored(settings), stored(provenance), RUNNING);
  }

  /** Returns the JSON as a file gives it back, so that numbers of all types compare. */
  private static JsonNode stored(Object content) {
    try {
      return Json.LENIENT.readTree(Json.tree(content).toString());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  RunRecord completed() {
    return new RunRecord(settings, provenance, COMPLETE);
  }

  /**
   * Reads the record of a run; empty if there is none.
   *
   * @throws org.kgcoop.KgCoopException of the category IO if it is damaged
   */
  public static Optional<RunRecord> read(Path folder) {
    return Json.read(folder.resolve(FILE), RunRecord.class);
  }

  void write(Path folder) {
    Json.write(folder.resolve(FILE), this);
  }

  /** Returns true if it has settings and a state, as every run does. */
  boolean isWhole() {
    return settings.isObject() && !state.isEmpty();
  }

  /** Returns true if the run has ended. */
  public boolean isComplete() {
    return state.equals(COMPLETE);
  }

  /** Returns true if a folder contains a run that has ended, and its results. */
  static boolean hasEnded(Path folder) {
    return read(folder).map(RunRecord::isComplete).orElse(false)
        && Files.exists(folder.resolve(RunResults.FILE));
  }

  /** Returns the name of the method; empty if there is none. */
  public String method() {
    return settings.path("method").path("method").asText("");
  }

  /** Returns the training images. Their seed is also that of the training. */
  public TableCell.Sample sample() {
    JsonNode data = settings.path("data");
    JsonNode seed = data.path("seed");
    return new TableCell.Sample(
        data.path("name").asText(""),
        data.path("shots").asInt(),
        seed.isIntegralNumber() ? seed.asLong() : null);
  }

  /** Returns the command line of the run; empty if unknown. */
  public List<String> command() {
    List<String> words = new ArrayList<>();
    provenance.path("command").forEach(word -> words.add(word.asText()));
    return words;
  }

  /** Returns the base folder of the paths in the command; empty if unknown. */
  public String directory() {
    return provenance.path("directory").asText("");
  }

  /** Returns the settings by names such as {@code method.weight}, sorted by name. */
  public Map<String, String> namedSettings() {
    Map<String, String> named = new TreeMap<>();
    name("", settings, named);
    return named;
  }

  private static void name(String key, JsonNode value, Map<String, String> named) {
    if (value.isObject()) {
      String before = key.isEmpty() ? "" : key + ".";
      value.properties().forEach(e -> name(before + e.getKey(), e.getValue(), named));
    } else {
      named.put(key, value.isValueNode() ? value.asText() : value.toString());
    }
  }

  /**
   * Returns the differences between the settings of two runs, in words.
   *
   * @return such as {@code training.epochs was 50, is 100}; empty if they are equal
   */
  public static List<String> differences(JsonNode before, JsonNode now) {
    List<String> differences = new ArrayList<>();
    collect("", before, now, differences);
    return differences;
  }

  private static void collect(String key, JsonNode before, JsonNode now, List<String> differences) {
    if (before.isObject() && now.isObject()) {
      Set<String> names = new LinkedHashSet<>();
      before.fieldNames().forEachRemaining(names::add);
      now.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        collect(
            key.isEmpty() ? name : key + "." + name,
            before.path(name),
            now.path(name),
            differences);
      }
    } else if (!before.equals(now)) {
      differences.add(key + " was " + shortened(before) + ", is " + shortened(now));
    }
  }

  private static String shortened(JsonNode value) {
    String text = value.isMissingNode() ? "missing" : value.toString();
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 3) + "...";
  }
}
