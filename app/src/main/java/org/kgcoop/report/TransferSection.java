package org.kgcoop.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.kgcoop.eval.Metrics.Spread;
import org.kgcoop.eval.Metrics;
import org.kgcoop.report.Block.Figures;
import org.kgcoop.report.Block.Heading;
import org.kgcoop.report.Block.Words;
import org.kgcoop.report.Grid.Best;
import org.kgcoop.runs.TargetResult;

/** Learned on one data set, measured on others: of other classes, or of the same seen otherwise. */
final class TransferSection {
  private TransferSection() {}

  static Optional<Section> of(Table table, String id, String name) {
    boolean domain = table.protocol().equals("domain");
    if (!(domain || table.protocol().equals("cross")) || table.cells().isEmpty()) {
      return Optional.empty();
    }
    List<Block> blocks = new ArrayList<>();
    List<String> sources = Cell.distinct(table.cells(), Cell::dataSet);
    boolean spread = Cell.distinct(table.cells(), Cell::seed).size() > 1;
    for (String source : sources) {
      List<Cell> cells = table.cells().stream().filter(c -> c.dataSet().equals(source)).toList();
      if (sources.size() > 1) {
        blocks.add(new Heading("Learned on " + source));
      }
      blocks.add(new Figures(grid(source, cells, spread)));
    }
    String learned = sources.size() == 1 ? "Learned on " + sources.get(0) + ". " : "";
    blocks.add(
        new Words(
            learned
                + BaseToNewSection.key(spread)
                + " The average leaves out the data set that was learned on."));
    return Optional.of(
        new Section(
            id, name + (domain ? "Domain generalisation" : "Transfer to other data sets"), blocks));
  }

  private static Grid grid(String source, List<Cell> cells, boolean spread) {
    List<String> methods = Cell.distinct(cells, Cell::label);
    Set<String> sets = new LinkedHashSet<>();
    cells.forEach(cell -> cell.targets().forEach(target -> sets.add(set(cell, target))));
    List<Grid.Column> columns = new ArrayList<>();
    for (String set : sets) {
      String title = set.equals(source) ? set + " (source)" : set;
      columns.add(column(title, methods, cells, spread, cell -> on(cell, set)));
    }
    if (sets.size() > 2) {
      columns.add(column("average", methods, cells, spread, TransferSection::onOthers));
    }
    return Grid.of("Learned on " + source, "method", methods, List.of(), columns);
  }

  private static Grid.Column column(
      String title,
      List<String> methods,
      List<Cell> cells,
      boolean spread,
      ToDoubleFunction<Cell> value) {
    List<Spread> spreads =
        methods.stream()
            .map(
                method ->
                    Cell.overSeeds(
                        cells.stream().filter(c -> c.label().equals(method)).toList(), value))
            .toList();
    return Grid.numbers(
        title,
        spreads.stream().map(Spread::mean).toList(),
        spread ? spreads.stream().map(Spread::standardDeviation).toList() : List.of(),
        Best.HIGHEST,
        Text::percent);
  }

  /** Where a target names no data set, its own name is one. */
  private static String set(Cell cell, TargetResult target) {
    return !target.dataSet().isEmpty()
        ? target.dataSet()
        : target.name().equals("test") ? cell.dataSet() : target.name();
  }

  private static double on(Cell cell, String set) {
    return cell.targets().stream()
        .filter(target -> set(cell, target).equals(set))
        .mapToDouble(TargetResult::accuracy)
        .findFirst()
        .orElse(Double.NaN);
  }

  private static double onOthers(Cell cell) {
    return Metrics.mean(
        cell.targets().stream()
            .filter(target -> !set(cell, target).equals(cell.dataSet()))
            .map(TargetResult::accuracy)
            .toList());
  }
}
