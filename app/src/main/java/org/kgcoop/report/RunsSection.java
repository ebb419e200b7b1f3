package org.kgcoop.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kgcoop.report.Block.Figures;
import org.kgcoop.report.Block.Words;
import org.kgcoop.runs.Metric.Best;
import org.kgcoop.runs.RunState;
import org.kgcoop.tables.StoredRun;

/** A table of the single runs with results, one row per run. */
final class RunsSection {
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
    ReportTable.Builder<StoredRun> table =
        ReportTable.of("Results", "run", runs, (StoredRun run) -> Formats.label(run))
            .notes(
                run ->
                    run.dataSet()
                        + (run.shots() > 0 ? ", " + run.shots() + " shots" : "")
                        + ", seed "
                        + Formats.seed(run));
    for (String name : names) {
      table.numbers(
          name, run -> run.cell().results().accuracy(name), Best.HIGHEST, Formats::percent);
    }
    if (runs.stream().anyMatch(run -> Double.isFinite(run.msPerImage()))) {
      table.numbers("ms/image", StoredRun::msPerImage, Best.LOWEST, Formats::milliseconds);
    }
    List<Block> blocks = new ArrayList<>();
    blocks.add(new Figures(table.build()));
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
}
