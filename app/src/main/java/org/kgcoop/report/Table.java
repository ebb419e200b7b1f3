package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The results of a protocol.
 *
 * @param name of the folder
 * @param json the content of its {@code results.json}
 */
record Table(String name, JsonNode json, List<Cell> cells) {

  static Table of(JsonNode json, @Nullable Path folder) {
    Path name = folder == null ? null : folder.toAbsolutePath().normalize().getFileName();
    return new Table(
        name == null ? "" : name.toString(), json, Cell.of(json.path("cells"), folder));
  }

  String protocol() {
    return json.path("settings").path("protocol").asText("");
  }

  /** Whether its rows have accuracies on base and new classes. */
  boolean isBaseToNew() {
    JsonNode first = json.path("rows").path(0);
    return protocol().equals("base2new") || first.has("base") || first.has("new");
  }
}
