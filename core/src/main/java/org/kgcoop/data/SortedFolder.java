package org.kgcoop.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.JsonFiles;

/**
 * The record of a folder into which a classifier sorted images. The classes of these images are
 * proposals. A person may move an image to another class afterwards. The record shows which images
 * are still where the classifier put them.
 *
 * @param method the method of the classifier, such as {@code kgcoop} or {@code zero-shot}
 * @param classifier the fingerprint of the classifier, or null if it is zero-shot
 * @param clip the fingerprint of the CLIP
 * @param none the name of the folder of images that belong to no class, or null if there is none
 * @param proposed the class names by the paths of the images, relative to the folder and with '/';
 *     images of no class have the name of their folder
 */
public record SortedFolder(
    String method,
    @Nullable String classifier,
    String clip,
    @Nullable String none,
    Map<String, String> proposed) {
  /** The name of the record. It is hidden, because all other entries of the folder are classes. */
  public static final String FILE = ".kgcoop-sorted.json";

  private static final int FORMAT = 1;
  private static final String NOTE =
      "A classifier proposed the classes of these images. kgcoop reads this file to count the"
          + " proposals that nobody changed. Delete it after you checked every image.";

  public SortedFolder {
    proposed = Collections.unmodifiableMap(new LinkedHashMap<>(proposed));
  }

  /**
   * A comparison of the proposals with the labels now.
   *
   * @param unchanged the images that are still in the proposed class
   * @param moved the images that a person moved to another class
   * @param added the images that the classifier did not sort
   */
  public record Review(int unchanged, int moved, int added) {}

  /**
   * Reads the record of a folder, if it has one.
   *
   * @throws KgCoopException of the category IO if the record is damaged
   */
  public static Optional<SortedFolder> read(Path folder) {
    Path file = folder.resolve(FILE);
    JsonNode json = JsonFiles.read(file);
    if (json.isMissingNode()) {
      return Optional.empty();
    }
    if (json.path("format").asInt() != FORMAT || !json.path("classes").isArray()) {
      throw new KgCoopException(
          KgCoopException.Category.IO,
          "%s: expected format %s; delete the file if you checked the classes of all images"
              .formatted(file, FORMAT));
    }
    Map<String, String> proposed = new LinkedHashMap<>();
    for (JsonNode each : json.path("classes")) {
      String prefix = each.path("folder").asText() + "/";
      for (JsonNode image : each.path("images")) {
        proposed.put(prefix + image.asText(), each.path("class").asText());
      }
    }
    return Optional.of(
        new SortedFolder(
            json.path("method").asText(),
            text(json.path("classifier")),
            json.path("clip").asText(),
            text(json.path("none")),
            proposed));
  }

  private static @Nullable String text(JsonNode node) {
    return node.isTextual() ? node.asText() : null;
  }

  /**
   * Writes the record into a folder. Equal records are byte-identical.
   *
   * @throws KgCoopException of the category IO if it cannot be written
   */
  public void write(Path folder) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("note", NOTE).put("format", FORMAT).put("method", method);
    json.put("classifier", classifier).put("clip", clip).put("none", none);
    json.put("images", proposed.size());
    Map<String, List<String>> names = new LinkedHashMap<>();
    proposed.keySet().stream()
        .sorted()
        .forEach(path -> names.computeIfAbsent(folderOf(path), key -> new ArrayList<>()).add(path));
    ArrayNode classes = json.putArray("classes");
    names.forEach(
        (first, paths) -> {
          ObjectNode one = classes.addObject();
          one.put("class", proposed.get(paths.get(0))).put("folder", first);
          ArrayNode images = one.putArray("images");
          paths.forEach(path -> images.add(nameOf(path)));
        });
    JsonFiles.write(folder.resolve(FILE), json);
  }

  /**
   * Compares the proposals with the images of the folder now. An image counts as moved if it is in
   * another class folder than proposed. If a person renamed a class folder, its images count as
   * unchanged.
   *
   * @param items images of the folder, with keys that are relative to it
   */
  public Review review(List<Item> items) {
    Set<String> folders = new HashSet<>();
    Map<String, Set<String>> foldersByName = new HashMap<>();
    for (String path : proposed.keySet()) {
      folders.add(folderOf(path));
      foldersByName.computeIfAbsent(nameOf(path), name -> new HashSet<>()).add(folderOf(path));
    }
    Set<String> left = new HashSet<>(folders);
    items.forEach(item -> left.remove(folderOf(item.key())));
    int unchanged = 0;
    int moved = 0;
    for (Item item : items) {
      String folder = folderOf(item.key());
      Set<String> before = foldersByName.getOrDefault(nameOf(item.key()), Set.of());
      boolean renamed = !folders.contains(folder) && before.stream().anyMatch(left::contains);
      if (before.contains(folder) || renamed) {
        unchanged++;
      } else if (!before.isEmpty()) {
        moved++;
      }
    }
    return new Review(unchanged, moved, items.size() - unchanged - moved);
  }

  /** Returns the first folder of a path, which is its class. */
  private static String folderOf(String path) {
    return path.substring(0, Math.max(0, path.indexOf('/')));
  }

  private static String nameOf(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
