package org.kgcoop.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.JsonFiles;

/**
 * The beginning of a run: {@code run.json}.
 *
 * @param settings all that decides the outcome: {@code method}, {@code training}, {@code data},
 *     {@code computation}
 * @param provenance versions, the command and its directory, the method's title
 * @param state {@code running}, be it by a process or stopped, or {@code complete}
 */
public record RunRecord(JsonNode settings, JsonNode provenance, String state) {
  /** The file in a run's folder: a folder that has none is no run. */
  public static final String FILE = "run.json";

  /** Nothing known. */
  public static final RunRecord NONE =
      new RunRecord(MissingNode.getInstance(), MissingNode.getInstance(), "");

  private static final String RUNNING = "running";
  private static final String COMPLETE = "complete";

  public RunRecord {
    settings = RunJson.node(settings);
    provenance = RunJson.node(provenance);
  }

  static RunRecord begun(JsonNode settings, JsonNode provenance) {
    return new RunRecord(settings, provenance, RUNNING);
  }

  RunRecord completed() {
    return new RunRecord(settings, provenance, COMPLETE);
  }

  /**
   * Reads that of a run's folder; empty where there is none.
   *
   * @throws org.kgcoop.KgCoopException of the kind IO where it is damaged
   */
  public static Optional<RunRecord> read(Path folder) {
    return RunJson.read(folder.resolve(FILE), RunRecord.class);
  }

  void write(Path folder) {
    JsonFiles.write(folder.resolve(FILE), RunJson.tree(this));
  }

  /** True if it has what every run has: settings and a state. */
  boolean isWhole() {
    return settings.isObject() && !state.isEmpty();
  }

  /** True if the run was ended. */
  public boolean isComplete() {
    return state.equals(COMPLETE);
  }

  /** The id of the method; empty where none was run, as of a pre-training. */
  public String method() {
    return settings.path("method").path("method").asText("");
  }

  /** The name of the data set that was learned from. */
  public String dataSet() {
    return data().path("name").asText("");
  }

  /** Training images a class; 0 for all, and where it is not known. */
  public int shots() {
    return data().path("shots").asInt();
  }

  /** The seed of the draw and of the training, or null where the run depends on none. */
  public @Nullable Long seed() {
    for (JsonNode part : List.of(data(), settings.path("training"))) {
      if (part.path("seed").isIntegralNumber()) {
        return part.path("seed").asLong();
      }
    }
    return null;
  }

  private JsonNode data() {
    return settings.path("data");
  }

  /** The words of the command line that began it; empty where it is not known. */
  public List<String> command() {
    List<String> words = new ArrayList<>();
    provenance.path("command").forEach(word -> words.add(word.asText()));
    return words;
  }

  /** The folder that paths of the command start from; empty where it is not known. */
  public String directory() {
    return provenance.path("directory").asText("");
  }

  /** The settings by names such as {@code method.weight}, in the order of these. */
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
}
