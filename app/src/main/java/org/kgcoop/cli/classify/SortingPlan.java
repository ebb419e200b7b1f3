package org.kgcoop.cli.classify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Json;

/**
 * The list of all images that are sorted into a folder. It is in the folder while the images get
 * there, so that the same command can resume after an interruption.
 *
 * @param targets the new path of each image, by its absolute path before
 */
record SortingPlan(Map<Path, Path> targets) {
  static final String FILE = ".kgcoop-sorting.json";

  /** Returns the plan of a folder in which sorting was interrupted. */
  static Optional<SortingPlan> read(Path folder) {
    JsonNode json = Json.read(folder.resolve(FILE));
    if (json.isMissingNode()) {
      return Optional.empty();
    }
    Map<Path, Path> targets = new LinkedHashMap<>();
    try {
      for (JsonNode image : json.path("images")) {
        Path to = Path.of(image.path("to").asText()).normalize();
        if (to.isAbsolute() || to.getNameCount() != 2 || to.startsWith("..")) {
          throw damaged(folder);
        }
        targets.put(Path.of(image.path("from").asText()), folder.resolve(to));
      }
      return Optional.of(new SortingPlan(targets));
    } catch (InvalidPathException e) {
      throw damaged(folder);
    }
  }

  private static KgCoopException damaged(Path folder) {
    return KgCoopException.data(folder.resolve(FILE) + ": damaged; name another --sort-into");
  }

  void write(Path folder) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("note", "kgcoop sorts images into this folder, and deletes this file at the end.");
    ArrayNode images = json.putArray("images");
    for (Map.Entry<Path, Path> each : targets.entrySet()) {
      String to = folder.relativize(each.getValue()).toString();
      images.addObject().put("from", each.getKey().toString()).put("to", to);
    }
    Json.write(folder.resolve(FILE), json);
  }
}
