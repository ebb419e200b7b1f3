package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One measurement: a method with one setting, data set, number of shots and seed.
 *
 * @param setting what a sweep varied
 * @param shots pictures a class; 0 where nothing was learned or that is unknown
 * @param run the folder of it; null where it has none
 */
record Cell(
    String method,
    String title,
    String prompts,
    JsonNode setting,
    String dataSet,
    int shots,
    String seed,
    List<Target> targets,
    @Nullable Run run) {

  static final String ZERO_SHOT = "clip";

  static List<Cell> of(JsonNode cells, @Nullable Path folder) {
    List<Cell> list = new ArrayList<>();
    for (JsonNode cell : cells) {
      String path = cell.path("run").asText("");
      Path run = folder == null || path.isEmpty() ? null : inside(folder, path);
      list.add(
          new Cell(
              cell.path("method").asText(""),
              Text.title(cell),
              cell.path("prompts").asText(""),
              cell.path("setting"),
              cell.path("data_set").asText(""),
              cell.path("shots").asInt(0),
              cell.path("seed").asText(""),
              Target.of(cell.path("targets")),
              run == null ? null : new Run(run)));
    }
    return list;
  }

  /** Results of others may not point out of their folder. */
  private static @Nullable Path inside(Path folder, String path) {
    Path top = folder.normalize();
    Path run = folder.resolve(path).normalize();
    return run.startsWith(top) ? run : null;
  }

  /** The method and what a sweep varied. */
  String label() {
    return Text.label(title, setting);
  }

  boolean isZeroShot() {
    return method.equals(ZERO_SHOT);
  }

  /** The accuracy on the target of that name in percent; NaN where there is none. */
  double accuracy(String target) {
    return targets.stream()
        .filter(t -> t.name().equals(target))
        .mapToDouble(Target::accuracy)
        .findFirst()
        .orElse(Double.NaN);
  }

  /** Each once, in the order of their first. */
  static <T> List<T> distinct(List<Cell> cells, Function<Cell, T> key) {
    return List.copyOf(new LinkedHashSet<>(cells.stream().map(key).toList()));
  }
}
