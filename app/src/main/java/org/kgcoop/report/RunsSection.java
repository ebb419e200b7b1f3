package org.kgcoop.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kgcoop.report.Block.Figures;
import org.kgcoop.report.Block.Words;
import org.kgcoop.report.ReportTable.Best;
import org.kgcoop.runs.RunState;

/** The runs that were named alone and have results, a row each. */
final class RunsSection {
  private RunsSection() {}

  static Optional<Section> of(List<Run> all) {
    List<Run> runs =
        all.stream()
            .filter(run -> run.state() == RunState.COMPLETE || !run.results().targets().isEmpty())
            .toList();
    if (runs.isEmpty()) {
      return Optional.empty();
    }
    List<Cell> cells = runs.stream().map(Cell::of).toList();
    Set<String> names = new LinkedHashSet<>();
    cells.forEach(cell -> cell.targets().forEach(target -> names.add(target.name())));
    List<ReportTable.Column> columns = new ArrayList<>();
    for (String name : names) {
      columns.add(
          ReportTable.numbers(
              name,
              cells.stream().map(cell -> cell.accuracy(name)).toList(),
              List.of(),
              Best.HIGHEST,
              Text::percent));
    }
    List<Double> times = runs.stream().map(run -> run.results().msPerImage()).toList();
    if (times.stream().anyMatch(Double::isFinite)) {
      columns.add(
          ReportTable.numbers("ms/image", times, List.of(), Best.LOWEST, Text::milliseconds));
    }
    List<String> notes =
        cells.stream()
            .map(
                cell ->
                    cell.dataSet()
                        + (cell.shots() > 0 ? ", " + cell.shots() + " shots" : "")
                        + ", seed "
                        + cell.seed())
            .toList();
    List<Block> blocks = new ArrayList<>();
    blocks.add(
        new Figures(
            ReportTable.of(
                "Results", "run", cells.stream().map(Cell::label).toList(), notes, columns)));
    blocks.add(new Words(BaseToNewSection.key(false, cells)));
    long unfinished = runs.stream().filter(run -> !run.about().isComplete()).count();
    if (unfinished > 0) {
      blocks.add(
          new Words(
              (unfinished == runs.size() ? "" : unfinished + " of the runs: ")
                  + "not complete; what is shown is what there is so far."));
    }
    return Optional.of(new Section("runs", "Results", blocks));
  }
}
