package org.kgcoop.corpus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;

/** The unpacked npm package {@code @iconify/json}. */
final class IconPackage {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double DEFAULT_SIDE = 16;

  private final Path folder;
  private final JsonNode collections;

  /**
   * The package in that folder, which holds {@code collections.json} and {@code json/}.
   *
   * @throws KgCoopException of the kind IO where it does not
   */
  IconPackage(Path folder) {
    this.folder = folder;
    this.collections = read(folder.resolve("collections.json"));
  }

  /**
   * The credit that is due to a set wherever its drawings are shown.
   *
   * @param title the name of the set
   * @param license the SPDX name
   */
  record Credit(String title, String author, String url, String license, String licenseUrl) {}

  Credit credit(String prefix) {
    JsonNode set = collections.path(prefix);
    return new Credit(
        set.path("name").asText(prefix),
        set.path("author").path("name").asText(),
        set.path("author").path("url").asText(),
        set.path("license").path("spdx").asText(),
        set.path("license").path("url").asText());
  }

  /**
   * The drawings of one set.
   *
   * @param suffixes the words at the end of a name that say which variant it is
   * @param prefixes those at the beginning
   * @param icons in the order of the package, without withdrawn ones
   */
  record Contents(List<String> suffixes, List<String> prefixes, List<Icon> icons) {}

  Contents contents(String prefix) {
    JsonNode root = read(folder.resolve("json").resolve(prefix + ".json"));
    Map<String, List<String>> aliases = aliases(root);
    Map<String, List<String>> categories = categories(root);
    List<Icon> icons = new ArrayList<>();
    root.path("icons")
        .properties()
        .forEach(
            entry -> {
              JsonNode icon = entry.getValue();
              if (!icon.path("hidden").asBoolean()) {
                icons.add(
                    new Icon(
                        prefix,
                        entry.getKey(),
                        icon.path("body").asText(),
                        "%s %s %s %s"
                            .formatted(
                                number(icon, root, "left", 0),
                                number(icon, root, "top", 0),
                                number(icon, root, "width", DEFAULT_SIDE),
                                number(icon, root, "height", DEFAULT_SIDE)),
                        aliases.getOrDefault(entry.getKey(), List.of()),
                        categories.getOrDefault(entry.getKey(), List.of())));
              }
            });
    return new Contents(keys(root.path("suffixes")), keys(root.path("prefixes")), icons);
  }

  /** Other names by drawing; those that turn, mirror or resize it are not the same drawing. */
  private static Map<String, List<String>> aliases(JsonNode root) {
    Map<String, List<String>> byParent = new HashMap<>();
    root.path("aliases")
        .properties()
        .forEach(
            entry -> {
              JsonNode alias = entry.getValue();
              if (alias.size() == 1 && alias.path("parent").isTextual()) {
                byParent
                    .computeIfAbsent(alias.path("parent").asText(), parent -> new ArrayList<>())
                    .add(entry.getKey());
              }
            });
    return byParent;
  }

  private static Map<String, List<String>> categories(JsonNode root) {
    Map<String, List<String>> byIcon = new HashMap<>();
    root.path("categories")
        .properties()
        .forEach(
            entry ->
                entry
                    .getValue()
                    .forEach(
                        name ->
                            byIcon
                                .computeIfAbsent(name.asText(), icon -> new ArrayList<>())
                                .add(entry.getKey())));
    return byIcon;
  }

  private static double number(JsonNode icon, JsonNode root, String key, double otherwise) {
    return icon.path(key).asDouble(root.path(key).asDouble(otherwise));
  }

  private static List<String> keys(JsonNode object) {
    List<String> keys = new ArrayList<>();
    object.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  private static JsonNode read(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw KgCoopException.io(
          file + ": cannot be read; expected a file of @iconify/json: " + e.getMessage(), e);
    }
  }
}
