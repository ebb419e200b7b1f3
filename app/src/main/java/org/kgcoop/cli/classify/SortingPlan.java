package org.kgcoop.cli.classify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.SortedFolder;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.JsonFiles;

/**
 * The list of all images that are sorted into a folder. It is in the folder while the images get
 * there, so that the same command can resume after an interruption.
 *
 * @param targets the new path of each image, by its absolute path before
 */
record SortingPlan(Map<Path, Path> targets) {
  private static final String FILE = ".kgcoop-sorting.json";

  /** Returns the plan of a folder in which sorting was interrupted. */
  static Optional<SortingPlan> read(Path folder) {
    JsonNode json = JsonFiles.read(folder.resolve(FILE));
    if (json.isMissingNode()) {
      return Optional.empty();
    }
    Map<Path, Path> targets = new LinkedHashMap<>();
    for (JsonNode image : json.path("images")) {
      Path to = folder.resolve(image.path("to").asText()).normalize();
      if (!to.startsWith(folder.normalize()) || !image.path("from").isTextual()) {
        throw KgCoopException.data(
            folder.resolve(FILE) + ": damaged; name another folder for --sort-into");
      }
      targets.put(Path.of(image.path("from").asText()), to);
    }
    return Optional.of(new SortingPlan(targets));
  }

  void write(Path folder) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("note", "kgcoop sorts images into this folder, and deletes this file at the end.");
    ArrayNode images = json.putArray("images");
    targets.forEach(
        (from, to) ->
            images
                .addObject()
                .put("from", from.toString())
                .put("to", folder.normalize().relativize(to.normalize()).toString()));
    JsonFiles.write(folder.resolve(FILE), json);
  }

  static void delete(Path folder) {
    try {
      Files.deleteIfExists(folder.resolve(FILE));
    } catch (IOException e) {
      throw KgCoopException.io(
          folder.resolve(FILE) + ": cannot be deleted: " + FileErrors.reason(e) + "; delete it", e);
    }
  }

  /** Returns true for a file that an interrupted sorting leaves in its folder. */
  static boolean isOwn(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.equals(FILE) || name.equals(SortedFolder.FILE);
  }
}
