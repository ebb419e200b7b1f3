package org.kgcoop.report;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.kgcoop.Messages;
import org.kgcoop.eval.Metrics;
import org.kgcoop.runs.Metric.Best;
import org.kgcoop.runs.RunState;
import org.kgcoop.tables.StoredRun;

/** A table of the single runs with results, one row per run. Many runs have one row per method. */
final class RunsSection {
  /** The maximum number of runs with a row of their own at first sight. */
  private static final int MAX_RUNS = 50;

  private RunsSection() {}

  static Section of(List<StoredRun> all) {
    Section section = new Section("runs", "Results");
    List<StoredRun> runs =
        all.stream()
            .filter(run -> run.state() == RunState.COMPLETE || !run.results().targets().isEmpty())
            .toList();
    Set<String> names = new LinkedHashSet<>();
    runs.forEach(run -> run.targets().forEach(target -> names.add(target.name())));
    if (names.isEmpty() && runs.stream().allMatch(run -> run.adaptation().isPresent())) {
      return section; // an adaptation without test images has figures of its own
    }
    if (runs.size() > MAX_RUNS) {
      section.table(means(runs, names));
      section.folded("All %s runs".formatted(runs.size()), single(runs, names));
    } else {
      section.table(single(runs, names));
    }
    section.words(ResultsSection.key(false, runs));
    long unfinished = runs.stream().filter(run -> !run.record().isComplete()).count();
    if (unfinished > 0) {
      section.words(
          (unfinished == runs.size() ? "" : unfinished + " of the runs: ")
              + "not complete; what is shown is what there is so far.");
    }
    return section;
  }

  private static ReportTable<StoredRun> single(List<StoredRun> runs, Set<String> names) {
    ReportTable<StoredRun> table =
        new ReportTable<StoredRun>("Results", "run", runs, Formats::label)
            .notes(run -> sample(run) + ", seed " + Formats.seed(run));
    for (String name : names) {
      table.numbers(
          name, run -> run.cell().results().accuracy(name), Best.HIGHEST, Formats::percent);
    }
    if (runs.stream().anyMatch(run -> Double.isFinite(run.msPerImage()))) {
      table.numbers("ms/image", StoredRun::msPerImage, Best.LOWEST, Formats::milliseconds);
    }
    return table;
  }

  private static String sample(StoredRun run) {
    return run.dataSet() + (run.shots() > 0 ? ", " + run.shots() + " shots" : "");
  }

  /** Returns a table with one row per method and sample: the means over its runs. */
  private static ReportTable<List<StoredRun>> means(List<StoredRun> runs, Set<String> names) {
    Map<String, List<StoredRun>> groups =
        runs.stream()
            .collect(
                Collectors.groupingBy(
                    run -> Formats.label(run) + "\n" + sample(run),
                    LinkedHashMap::new,
                    Collectors.toList()));
    ReportTable<List<StoredRun>> table =
        new ReportTable<>(
                "Mean results of each method",
                "method",
                List.copyOf(groups.values()),
                (List<StoredRun> group) -> Formats.label(group.get(0)))
            .notes(
                group -> sample(group.get(0)) + ", " + Messages.count(group.size(), "run", "runs"));
    for (String name : names) {
      table.numbers(
          name,
          group ->
              Metrics.mean(group.stream().map(run -> run.cell().results().accuracy(name)).toList()),
          Best.HIGHEST,
          Formats::percent);
    }
    return table;
  }
}
