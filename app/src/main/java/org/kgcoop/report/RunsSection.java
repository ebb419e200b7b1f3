package org.kgcoop.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.kgcoop.Messages;
import org.kgcoop.report.Block.Figures;
import org.kgcoop.report.Block.Folded;
import org.kgcoop.report.Block.Words;
import org.kgcoop.runs.Metric.Best;
import org.kgcoop.runs.RunState;
import org.kgcoop.tables.StoredRun;

/** A table of the single runs with results, one row per run. Many runs have one row per method. */
final class RunsSection {
  /** The maximum number of runs with a row of their own at first sight. */
  private static final int MAX_RUNS = 50;

  private RunsSection() {}

  static Optional<Section> of(List<StoredRun> all) {
    List<StoredRun> runs =
        all.stream()
            .filter(run -> run.state() == RunState.COMPLETE || !run.results().targets().isEmpty())
            .toList();
    if (runs.isEmpty()) {
      return Optional.empty();
    }
    Set<String> names = new LinkedHashSet<>();
    runs.forEach(run -> run.targets().forEach(target -> names.add(target.name())));
    if (names.isEmpty() && runs.stream().allMatch(run -> run.adaptation().isPresent())) {
      return Optional.empty(); // an adaptation without test images has figures of its own
    }
    List<Block> blocks = new ArrayList<>();
    if (runs.size() > MAX_RUNS) {
      blocks.add(new Figures(means(runs, names)));
      blocks.add(new Folded("All %s runs".formatted(runs.size()), single(runs, names)));
    } else {
      blocks.add(new Figures(single(runs, names)));
    }
    blocks.add(new Words(ResultsSection.key(false, runs)));
    long unfinished = runs.stream().filter(run -> !run.record().isComplete()).count();
    if (unfinished > 0) {
      blocks.add(
          new Words(
              (unfinished == runs.size() ? "" : unfinished + " of the runs: ")
                  + "not complete; what is shown is what there is so far."));
    }
    return Optional.of(new Section("runs", "Results", blocks));
  }

  private static ReportTable single(List<StoredRun> runs, Set<String> names) {
    ReportTable.Builder<StoredRun> table =
        ReportTable.of("Results", "run", runs, (StoredRun run) -> Formats.label(run))
            .notes(run -> sample(run) + ", seed " + Formats.seed(run));
    for (String name : names) {
      table.numbers(
          name, run -> run.cell().results().accuracy(name), Best.HIGHEST, Formats::percent);
    }
    if (runs.stream().anyMatch(run -> Double.isFinite(run.msPerImage()))) {
      table.numbers("ms/image", StoredRun::msPerImage, Best.LOWEST, Formats::milliseconds);
    }
    return table.build();
  }

  private static String sample(StoredRun run) {
    return run.dataSet() + (run.shots() > 0 ? ", " + run.shots() + " shots" : "");
  }

  /** Returns a table with one row per method and sample: the means over its runs. */
  private static ReportTable means(List<StoredRun> runs, Set<String> names) {
    Map<String, List<StoredRun>> groups = new LinkedHashMap<>();
    for (StoredRun run : runs) {
      groups
          .computeIfAbsent(Formats.label(run) + "\n" + sample(run), key -> new ArrayList<>())
          .add(run);
    }
    ReportTable.Builder<List<StoredRun>> table =
        ReportTable.of(
                "Mean results of each method",
                "method",
                List.copyOf(groups.values()),
                (List<StoredRun> group) -> Formats.label(group.get(0)))
            .notes(
                group -> sample(group.get(0)) + ", " + Messages.count(group.size(), "run", "runs"));
    for (String name : names) {
      table.numbers(
          name,
          group -> mean(group, run -> run.cell().results().accuracy(name)),
          Best.HIGHEST,
          Formats::percent);
    }
    return table.build();
  }

  private static double mean(List<StoredRun> runs, ToDoubleFunction<StoredRun> value) {
    return runs.stream().mapToDouble(value).filter(Double::isFinite).average().orElse(Double.NaN);
  }
}
