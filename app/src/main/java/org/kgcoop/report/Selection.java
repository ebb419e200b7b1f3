package org.kgcoop.report;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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
        cells.stream()
            .map(Formats::label)
            .distinct()
            .max(Comparator.comparingDouble(label -> quality(cells, label)))
            .orElse("");
    List<List<StoredRun>> sets = trained(cells);
    List<StoredRun> chosen =
        sets.stream()
            .limit(MAX_RUNS)
            .flatMap(own -> own.stream().filter(cell -> Formats.label(cell).equals(best)))
            .toList();
    String more =
        sets.size() > MAX_RUNS
            ? "; left out: %s more data sets".formatted(sets.size() - MAX_RUNS)
            : "";
    return new Chosen(
        chosen,
        chosen.isEmpty()
            ? ""
            : ("Shown: %s, the best on average, with its first seed%s. Name a run folder to see"
                    + " another run.")
                .formatted(best, more));
  }

  /** Selects the runs whose training is shown: one run per data set and method. */
  static List<List<StoredRun>> trained(List<StoredRun> cells) {
    return cells.stream()
        .map(StoredRun::dataSet)
        .distinct()
        .map(set -> cells.stream().filter(c -> c.hasFolder() && c.dataSet().equals(set)).toList())
        .map(
            own ->
                own.stream()
                    .map(Formats::label)
                    .distinct()
                    .flatMap(label -> one(own, label).stream())
                    .toList())
        .toList();
  }

  /** Returns the run of a method with the most shots and the first seed. */
  private static Optional<StoredRun> one(List<StoredRun> cells, String label) {
    return cells.stream()
        .filter(cell -> Formats.label(cell).equals(label))
        .max(Comparator.comparingInt(StoredRun::shots)); // the first of equal ones
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
