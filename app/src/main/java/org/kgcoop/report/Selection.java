package org.kgcoop.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.kgcoop.eval.Metrics;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.tables.StoredRun;

/** The selection of the runs that a page shows in detail. */
final class Selection {
  /** The maximum number of runs with mistakes, and of data sets with curves. */
  static final int MAX_RUNS = 6;

  private Selection() {}

  /**
   * The runs that are shown in detail.
   *
   * @param words a sentence that names the selection and the number of omitted runs
   */
  record Chosen(List<StoredRun> runs, String words) {}

  /** Selects the single runs. For tables, it selects one run of the best method per data set. */
  static Chosen closely(ReportSources inputs) {
    if (!inputs.runs().isEmpty()) {
      List<StoredRun> runs = inputs.runs();
      return new Chosen(
          runs.subList(0, Math.min(MAX_RUNS, runs.size())),
          runs.size() > MAX_RUNS ? "Left out: " + (runs.size() - MAX_RUNS) + " more runs." : "");
    }
    List<StoredRun> cells = inputs.all().stream().filter(StoredRun::hasFolder).toList();
    String best =
        StoredRun.distinct(cells, Formats::label).stream()
            .max(Comparator.comparingDouble(label -> quality(cells, label)))
            .orElse("");
    List<StoredRun> chosen = new ArrayList<>();
    List<String> sets = StoredRun.distinct(cells, StoredRun::dataSet);
    for (String set : sets.subList(0, Math.min(MAX_RUNS, sets.size()))) {
      List<StoredRun> own =
          cells.stream()
              .filter(c -> Formats.label(c).equals(best) && c.dataSet().equals(set))
              .toList();
      chosen.addAll(one(own));
    }
    String more =
        sets.size() > MAX_RUNS
            ? "; left out: %s more data sets".formatted(sets.size() - MAX_RUNS)
            : "";
    return new Chosen(
        chosen,
        chosen.isEmpty()
            ? ""
            : "Shown: "
                + best
                + ", the best on average, with its first seed"
                + more
                + ". Name a run folder to see another run.");
  }

  /** Selects the runs whose training is shown: one run per data set and method. */
  static List<List<StoredRun>> trained(List<StoredRun> cells) {
    List<List<StoredRun>> groups = new ArrayList<>();
    for (String set : StoredRun.distinct(cells, StoredRun::dataSet)) {
      List<StoredRun> group = new ArrayList<>();
      List<StoredRun> own =
          cells.stream().filter(c -> c.hasFolder() && c.dataSet().equals(set)).toList();
      for (String label : StoredRun.distinct(own, Formats::label)) {
        group.addAll(one(own.stream().filter(c -> Formats.label(c).equals(label)).toList()));
      }
      groups.add(group);
    }
    return groups;
  }

  /** Returns the first seed with the most shots, from runs with equal settings. */
  private static List<StoredRun> one(List<StoredRun> cells) {
    int shots = cells.stream().mapToInt(StoredRun::shots).max().orElse(0);
    return cells.stream().filter(cell -> cell.shots() == shots).limit(1).toList();
  }

  private static double quality(List<StoredRun> cells, String label) {
    double quality =
        Metrics.overSeeds(
                cells.stream().filter(cell -> Formats.label(cell).equals(label)).toList(),
                cell -> String.valueOf(cell.seed()),
                cell ->
                    List.of(
                        Metrics.mean(cell.targets().stream().map(TargetResult::accuracy).toList())))
            .mean();
    return Double.isNaN(quality) ? -1 : quality;
  }
}
