package org.kgcoop.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import org.kgcoop.files.Json;

/** Reads the results of runs and tables for comparisons. */
public final class StoredJson {
  private static final List<String> TIMES =
      List.of("ms_per_image", "ms_per_image_with_features", "seconds", "prepare_seconds");

  private StoredJson() {}

  /**
   * Removes measured times and counts since the last start, because they differ between equal runs.
   */
  public static JsonNode withoutTimes(Path file) {
    JsonNode json = Json.read(file);
    for (JsonNode parent : json.findParents("ms_per_image")) {
      JsonNode unused = ((ObjectNode) parent).remove(TIMES).remove("images");
    }
    for (JsonNode parent : json.findParents("seconds")) {
      JsonNode unused = ((ObjectNode) parent).remove("seconds");
    }
    return json;
  }
}
