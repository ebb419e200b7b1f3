package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.JsonFiles;

/**
 * The folder of a run. Its files are read when asked for and not kept, since there may be hundreds
 * of runs with a hundred thousand test pictures; only a few numbers are.
 */
final class Run {
  private final Path folder;
  private @Nullable Summary summary;

  /**
   * What is kept of the results.
   *
   * @param seconds of training; NaN where nothing was trained
   * @param distance between learned and hand-crafted class features; NaN where there is none
   */
  record Summary(double seconds, double distance) {}

  Run(Path folder) {
    this.folder = folder;
  }

  static boolean isOne(Path folder) {
    return Files.isRegularFile(folder.resolve("run.json"));
  }

  /** Settings, provenance and state. */
  JsonNode about() {
    return JsonFiles.read(folder.resolve("run.json"));
  }

  JsonNode results() {
    return JsonFiles.read(folder.resolve("results.json"));
  }

  List<Target> targets() {
    return Target.of(results().path("targets"));
  }

  Summary summary() {
    Summary known = summary;
    if (known == null) {
      JsonNode results = results();
      known =
          new Summary(
              Json.number(results.path("training").path("seconds")),
              DistanceSection.distance(Target.of(results.path("targets"))));
      summary = known;
    }
    return known;
  }

  /** A line a step, and a line an epoch where something was validated. */
  List<JsonNode> events() {
    return JsonFiles.readLines(folder.resolve("events.jsonl"));
  }

  /** The measurement that this run is, where no table says it. */
  Cell cell() {
    JsonNode about = about();
    JsonNode settings = about.path("settings");
    JsonNode method = settings.path("method");
    JsonNode seed = settings.path("training").path("seed");
    return new Cell(
        method.path("method").asText(""),
        Text.or(about.path("provenance").path("title"), Text.title(method)),
        "",
        settings.path("varied"),
        settings.path("data").path("name").asText(""),
        settings.path("data").path("shots").asInt(0),
        Text.any(seed.isMissingNode() ? settings.path("data").path("seed") : seed),
        targets(),
        this);
  }
}
