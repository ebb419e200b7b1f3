package org.kgcoop.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kgcoop.eval.Metrics.Spread;
import org.kgcoop.report.Block.Chart;
import org.kgcoop.report.Block.Charts;
import org.kgcoop.report.Block.Figures;
import org.kgcoop.report.Block.Words;
import org.kgcoop.report.Grid.Best;
import org.kgcoop.report.XyPlot.Axis;
import org.kgcoop.report.XyPlot.Point;
import org.kgcoop.report.XyPlot.Series;
import org.kgcoop.report.XyPlot.Style;

/** Accuracy over the number of training pictures a class. */
final class FewShotSection {
  private static final int MOST_CHARTS = 16;

  private FewShotSection() {}

  static Optional<Section> of(Table table, String id, String name, Palette palette) {
    List<Integer> shots = shots(table.cells());
    if (!table.protocol().equals("fewshot") || shots.isEmpty()) {
      return Optional.empty();
    }
    List<String> sets = Cell.distinct(table.cells(), Cell::dataSet);
    boolean several = sets.size() > 1;
    List<Block> blocks = new ArrayList<>();
    String all = several ? "average over " + sets.size() + " data sets" : sets.get(0);
    blocks.add(new Figures(grid("Accuracy, " + all, table.cells(), shots)));
    blocks.add(
        new Words(
            BaseToNewSection.key(seeds(table.cells()) > 1)
                + " Shots are training pictures a class."));
    List<Chart> charts = new ArrayList<>();
    charts.add(chart("Accuracy, " + all, table.cells(), shots, palette));
    if (several) {
      for (String set : sets.subList(0, Math.min(MOST_CHARTS, sets.size()))) {
        List<Cell> cells = table.cells().stream().filter(c -> c.dataSet().equals(set)).toList();
        charts.add(chart("Accuracy on " + set, cells, shots, palette));
      }
    }
    blocks.add(new Charts(charts));
    if (sets.size() > MOST_CHARTS) {
      blocks.add(
          new Words("Left out: the curves of %s data sets.".formatted(sets.size() - MOST_CHARTS)));
    }
    return Optional.of(new Section(id, name + "Few-shot learning", blocks));
  }

  private static List<Integer> shots(List<Cell> cells) {
    return Cell.distinct(cells, Cell::shots).stream().filter(s -> s > 0).sorted().toList();
  }

  private static int seeds(List<Cell> cells) {
    return Cell.distinct(cells, Cell::seed).size();
  }

  private static double accuracy(Cell cell) {
    return cell.targets().isEmpty() ? Double.NaN : cell.targets().get(0).accuracy();
  }

  /** Cells without a number of shots learned nothing: the same at each number. */
  private static Spread at(List<Cell> cells, String label, int shots) {
    return Cell.overSeeds(
        cells.stream()
            .filter(c -> c.label().equals(label) && (c.shots() == shots || c.shots() == 0))
            .toList(),
        FewShotSection::accuracy);
  }

  private static Grid grid(String label, List<Cell> cells, List<Integer> shots) {
    List<String> methods = Cell.distinct(cells, Cell::label);
    List<Grid.Column> columns = new ArrayList<>();
    for (int k : shots) {
      List<Spread> spreads = methods.stream().map(m -> at(cells, m, k)).toList();
      columns.add(
          Grid.numbers(
              k + (k == 1 ? " shot" : " shots"),
              spreads.stream().map(Spread::mean).toList(),
              seeds(cells) > 1 ? spreads.stream().map(Spread::standardDeviation).toList() : List.of(),
              Best.HIGHEST,
              Text::percent));
    }
    return Grid.of(label, "method", methods, List.of(), columns);
  }

  private static Chart chart(
      String caption, List<Cell> cells, List<Integer> shots, Palette palette) {
    List<String> methods = Cell.distinct(cells, Cell::label);
    List<String> places = palette.places(methods);
    List<Series> series = new ArrayList<>();
    for (String method : places) {
      List<Point> points = new ArrayList<>();
      for (int k : shots) {
        Spread spread = at(cells, method, k);
        if (Double.isFinite(spread.mean())) {
          points.add(new Point(log2(k), spread.mean(), spread.standardDeviation()));
        }
      }
      series.add(new Series(method, Style.LINE_AND_POINTS, points));
    }
    Axis x =
        new Axis(
            "training pictures a class",
            log2(shots.get(0)) - 0.15,
            log2(shots.get(shots.size() - 1)) + 0.15,
            FewShotSection::tick);
    String more = methods.size() > Ink.SERIES ? "; the first %s methods".formatted(Ink.SERIES) : "";
    String band = seeds(cells) > 1 ? "; bands: standard deviation over seeds" : "";
    return new Chart(
        caption + ", in percent" + band + more,
        new XyPlot(x, Axis.of("accuracy, percent"), series).draw(),
        places,
        grid(caption, cells, shots));
  }

  private static String tick(double value) {
    return SeriesGrid.number(Math.pow(2, Math.rint(value)));
  }

  private static double log2(int value) {
    return Math.log(value) / Math.log(2);
  }
}
