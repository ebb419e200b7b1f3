package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.Metrics;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.RunRecord;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.RunState;
import org.kgcoop.runs.TableResults;
import org.kgcoop.runs.TargetResult;

/**
 * A measurement: a method with one setting, data set, number of shots and seed.
 *
 * @param run the folder of it; null where it has none
 */
record Cell(TableResults.Cell result, @Nullable Run run) {

  static final String ZERO_SHOT = "clip";

  static List<Cell> of(List<TableResults.Cell> cells, Path folder) {
    return cells.stream().map(cell -> new Cell(cell, run(folder, cell.run()))).toList();
  }

  /** The measurement that a run is, where no table says it. */
  static Cell of(Run run) {
    RunRecord about = run.about();
    JsonNode method = about.settings().path("method");
    RunResults results = run.results();
    AdaptRecord adaptation =
        about.method().isEmpty() ? run.adaptation().orElse(null) : null; // none is chosen yet
    return new Cell(
        new TableResults.Cell(
            about.method(),
            Text.or(
                about.provenance().path("title"),
                method.path("title").asText(adaptation == null ? "" : "Adaptation")),
            "",
            Map.of(),
            adaptation == null ? about.dataSet() : adaptation.settings().path("data").asText(),
            about.shots(),
            about.seed(),
            results.msPerImage(),
            results.msPerImageWithFeatures(),
            results.chosen(),
            "",
            results.targets()),
        run);
  }

  /** Results of others may not point out of their folder. */
  private static @Nullable Run run(Path folder, String path) {
    Path run = folder.resolve(path).normalize();
    return path.isEmpty() || !run.startsWith(folder.normalize()) ? null : new Run(run);
  }

  /** True if its run was begun and has no end. */
  boolean isUnderWay() {
    return run != null && Run.isOne(run.folder()) && run.state() != RunState.COMPLETE;
  }

  String title() {
    return result.title();
  }

  Map<String, JsonNode> setting() {
    return result.setting();
  }

  String dataSet() {
    return result.dataSet();
  }

  /** Training images a class; 0 where nothing was learned or that is unknown. */
  int shots() {
    return result.shots();
  }

  String seed() {
    return result.seed() == null ? Text.NONE : result.seed().toString();
  }

  List<TargetResult> targets() {
    return result.targets();
  }

  /** The method and what a sweep varied. */
  String label() {
    return Text.label(title(), setting().entrySet());
  }

  boolean isZeroShot() {
    return result.method().equals(ZERO_SHOT);
  }

  /** The accuracy on the target of that name in percent; NaN where there is none. */
  double accuracy(String target) {
    return targets().stream()
        .filter(t -> t.name().equals(target))
        .mapToDouble(TargetResult::accuracy)
        .findFirst()
        .orElse(Double.NaN);
  }

  /** Each once, in the order of their first. */
  static <T> List<T> distinct(List<Cell> cells, Function<Cell, T> key) {
    return List.copyOf(new LinkedHashSet<>(cells.stream().map(key).toList()));
  }

  /** For each seed the mean over its cells, then mean and deviation of these. */
  static Metrics.Spread overSeeds(List<Cell> cells, ToDoubleFunction<Cell> value) {
    Map<String, List<Double>> bySeed = new LinkedHashMap<>();
    for (Cell cell : cells) {
      bySeed.computeIfAbsent(cell.seed(), seed -> new ArrayList<>()).add(value.applyAsDouble(cell));
    }
    return Metrics.overSeeds(bySeed);
  }
}
