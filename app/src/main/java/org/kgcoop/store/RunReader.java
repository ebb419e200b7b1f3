package org.kgcoop.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.JsonFiles;

/** Reads {@code run.json} and {@code results.json} of run folders and of table folders. */
public final class RunReader {
  static final String RUN = "run.json";
  static final String RESULTS = "results.json";

  private RunReader() {}

  /**
   * The run of a folder; its protocol is the command that made it.
   *
   * @throws KgCoopException where it is none, or cannot be read
   */
  public static StoredRun read(Path folder, String name) {
    StoredRun run = find(folder, name);
    if (run == null) {
      throw KgCoopException.configuration(
          folder
              + ": no run of a method (expected run.json in it); './kgcoop runs' lists those there"
              + " are");
    }
    return run;
  }

  /** As {@link #read}, or null for what is no run of a method on a data set. */
  static @Nullable StoredRun find(Path folder, String name) {
    Path file = folder.resolve(RUN);
    if (!Files.isRegularFile(file)) {
      return null;
    }
    JsonNode run = JsonFiles.read(file);
    JsonNode settings = run.path("settings");
    String method = settings.path("method").path("method").asText("");
    if (method.isEmpty() || !settings.path("data").isObject()) {
      return null; // such as a pre-training
    }
    JsonNode results = results(folder);
    List<StoredRun.Target> targets = new ArrayList<>();
    for (JsonNode target : results.path("targets")) {
      targets.add(
          new StoredRun.Target(
              target.path("name").asText(),
              target.path("data_set").asText(),
              target.path("classes").asText("all"),
              target.path("correct").asLong(),
              target.path("total").asLong()));
    }
    JsonNode seed = settings.path("data").path("seed");
    JsonNode provenance = run.path("provenance");
    List<String> command = new ArrayList<>();
    provenance.path("command").forEach(word -> command.add(word.asText()));
    return new StoredRun(
        folder,
        name,
        run.path("state").asText("running"),
        method,
        settings.path("data").path("name").asText(),
        command.isEmpty() ? "" : command.get(0),
        settings.path("data").path("shots").asInt(),
        seed.isIntegralNumber() ? seed.asLong() : null,
        flat(settings),
        results.path("training").path("ms_per_image").asDouble(Double.NaN),
        modified(file),
        targets,
        command,
        provenance.path("directory").asText());
  }

  /** The {@code run.json} of a run. */
  public static JsonNode settings(Path folder) {
    return JsonFiles.read(folder.resolve(RUN));
  }

  /** All results of a run; a missing node where it has none yet. */
  public static JsonNode results(Path folder) {
    return JsonFiles.read(folder.resolve(RESULTS));
  }

  /** The protocol that a table folder's results name; empty where they name none. */
  static String protocol(Path folder) {
    return results(folder).path("settings").path("protocol").asText();
  }

  /** {@code {"method": {"weight": 8}}} as {@code method.weight = 8}. */
  private static Map<String, String> flat(JsonNode settings) {
    Map<String, String> flat = new TreeMap<>();
    flatten("", settings, flat);
    return flat;
  }

  private static void flatten(String key, JsonNode value, Map<String, String> flat) {
    if (value.isObject()) {
      value
          .properties()
          .forEach(
              e ->
                  flatten(key.isEmpty() ? e.getKey() : key + "." + e.getKey(), e.getValue(), flat));
    } else {
      flat.put(key, value.isValueNode() ? value.asText() : value.toString());
    }
  }

  private static Instant modified(Path file) {
    try {
      return Files.getLastModifiedTime(file).toInstant();
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Changes whenever one of the two files is written. */
  static String stamp(Path folder) {
    StringBuilder stamp = new StringBuilder();
    for (String name : List.of(RUN, RESULTS)) {
      try {
        BasicFileAttributes file =
            Files.readAttributes(folder.resolve(name), BasicFileAttributes.class);
        stamp.append(file.lastModifiedTime()).append(' ').append(file.size()).append(' ');
        // A file that was written over by a rename is another one, be it as old and as long.
        stamp.append(file.fileKey());
      } catch (IOException e) {
        stamp.append('-');
      }
      stamp.append('\n');
    }
    return stamp.toString();
  }
}
