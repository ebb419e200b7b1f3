package org.kgcoop.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.kgcoop.eval.Metrics;
import org.kgcoop.runs.TargetResult;

/** The choice of the runs that a page shows closely. */
final class Selection {
  /** Runs whose mistakes are shown, and data sets whose curves are. */
  static final int MOST = 6;

  private Selection() {}

  /**
   * Runs shown closely.
   *
   * @param words which they are, and what was left out
   */
  record Chosen(List<Cell> cells, String words) {}

  /** The runs that were named; of tables, a run of the best method on each data set. */
  static Chosen closely(ReportSources inputs) {
    if (!inputs.runs().isEmpty()) {
      List<Cell> runs = inputs.runs().stream().map(Cell::of).toList();
      return new Chosen(
          runs.subList(0, Math.min(MOST, runs.size())),
          runs.size() > MOST ? "Left out: " + (runs.size() - MOST) + " more runs." : "");
    }
    List<Cell> cells = inputs.cells().stream().filter(cell -> cell.run() != null).toList();
    String best =
        Cell.distinct(cells, Cell::label).stream()
            .max(Comparator.comparingDouble(label -> quality(cells, label)))
            .orElse("");
    List<Cell> chosen = new ArrayList<>();
    List<String> sets = Cell.distinct(cells, Cell::dataSet);
    for (String set : sets.subList(0, Math.min(MOST, sets.size()))) {
      List<Cell> own =
          cells.stream().filter(c -> c.label().equals(best) && c.dataSet().equals(set)).toList();
      chosen.addAll(one(own));
    }
    String more =
        sets.size() > MOST ? "; left out: %s more data sets".formatted(sets.size() - MOST) : "";
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

  /** The runs whose training is shown: on each data set one of each method. */
  static List<List<Cell>> trained(List<Cell> cells) {
    List<List<Cell>> groups = new ArrayList<>();
    for (String set : Cell.distinct(cells, Cell::dataSet)) {
      List<Cell> group = new ArrayList<>();
      List<Cell> own =
          cells.stream().filter(c -> c.run() != null && c.dataSet().equals(set)).toList();
      for (String label : Cell.distinct(own, Cell::label)) {
        group.addAll(one(own.stream().filter(c -> c.label().equals(label)).toList()));
      }
      groups.add(group);
    }
    return groups;
  }

  /** The first seed, at the largest number of shots, of cells with equal settings. */
  private static List<Cell> one(List<Cell> cells) {
    int shots = cells.stream().mapToInt(Cell::shots).max().orElse(0);
    return cells.stream().filter(cell -> cell.shots() == shots).limit(1).toList();
  }

  private static double quality(List<Cell> cells, String label) {
    ToDoubleFunction<Cell> mean =
        cell -> Metrics.mean(cell.targets().stream().map(TargetResult::accuracy).toList());
    double quality =
        Cell.overSeeds(cells.stream().filter(c -> c.label().equals(label)).toList(), mean).mean();
    return Double.isNaN(quality) ? -1 : quality;
  }
}
