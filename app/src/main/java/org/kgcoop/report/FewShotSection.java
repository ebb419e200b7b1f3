package org.kgcoop.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kgcoop.eval.Metrics.Spread;
import org.kgcoop.report.Block.Chart;
import org.kgcoop.report.Block.Charts;
import org.kgcoop.report.Block.Figures;
import org.kgcoop.report.Block.Words;
import org.kgcoop.report.chart.Drawing;
import org.kgcoop.report.chart.XyPlot;
import org.kgcoop.report.chart.XyPlot.Axis;
import org.kgcoop.report.chart.XyPlot.Point;
import org.kgcoop.report.chart.XyPlot.Series;
import org.kgcoop.report.chart.XyPlot.Style;
import org.kgcoop.runs.TableResults;
import org.kgcoop.runs.TableResults.OfDataSet;
import org.kgcoop.runs.TableResults.Row;

/** Accuracy over the number of training images a class. */
final class FewShotSection {
  private static final int MOST_CHARTS = 16;

  private FewShotSection() {}

  static Optional<Section> of(Table table, String id, String name, Palette palette) {
    List<Integer> shots = shots(table.rows());
    if (!table.protocol().equals("fewshot") || shots.isEmpty()) {
      return Optional.empty();
    }
    List<OfDataSet> sets = table.results().dataSets();
    String all =
        sets.size() == 1 ? sets.get(0).name() : "average over " + sets.size() + " data sets";
    List<Block> blocks = new ArrayList<>();
    blocks.add(new Figures(grid(table, "Accuracy, " + all, table.rows(), shots)));
    blocks.add(new Words(BaseToNewSection.key(table) + " Shots are training images a class."));
    List<Chart> charts = new ArrayList<>();
    charts.add(chart(table, "Accuracy, " + all, table.rows(), shots, palette));
    if (sets.size() > 1) {
      for (OfDataSet set : sets.subList(0, Math.min(MOST_CHARTS, sets.size()))) {
        charts.add(chart(table, "Accuracy on " + set.name(), set.rows(), shots, palette));
      }
    }
    blocks.add(new Charts(charts));
    if (sets.size() > MOST_CHARTS) {
      blocks.add(
          new Words("Left out: the curves of %s data sets.".formatted(sets.size() - MOST_CHARTS)));
    }
    return Optional.of(new Section(id, name + "Few-shot learning", blocks));
  }

  private static List<Integer> shots(List<Row> rows) {
    return rows.stream()
        .flatMap(row -> row.columns().stream())
        .map(TableResults.Column::name)
        .filter(name -> name.matches("[1-9]\\d{0,8}"))
        .map(Integer::valueOf)
        .distinct()
        .sorted()
        .toList();
  }

  private static ReportTable grid(Table table, String label, List<Row> rows, List<Integer> shots) {
    List<ReportTable.Column> columns =
        shots.stream()
            .map(k -> table.accuracies(k + (k == 1 ? " shot" : " shots"), rows, row -> at(row, k)))
            .toList();
    return ReportTable.of(
        label, "method", rows.stream().map(Text::label).toList(), List.of(), columns);
  }

  private static Spread at(Row row, int shots) {
    return row.column(String.valueOf(shots));
  }

  private static Chart chart(
      Table table, String caption, List<Row> rows, List<Integer> shots, Palette palette) {
    List<String> methods = rows.stream().map(Text::label).toList();
    List<String> places = palette.places(methods);
    List<Series> series = new ArrayList<>();
    for (String method : places) {
      List<Point> points = new ArrayList<>();
      for (Row row : rows.stream().filter(r -> Text.label(r).equals(method)).toList()) {
        for (int k : shots) {
          Spread spread = at(row, k);
          if (Double.isFinite(spread.mean())) {
            points.add(new Point(log2(k), spread.mean(), spread.standardDeviation()));
          }
        }
      }
      series.add(new Series(method, Style.LINE_AND_POINTS, points));
    }
    Axis x =
        new Axis(
            "training images a class",
            log2(shots.get(0)) - 0.15,
            log2(shots.get(shots.size() - 1)) + 0.15,
            FewShotSection::tick);
    String more =
        methods.size() > Drawing.COLOURS ? "; the first %s methods".formatted(Drawing.COLOURS) : "";
    String band = table.hasSpread() ? "; bands: standard deviation over seeds" : "";
    return new Chart(
        caption + ", in percent" + band + more,
        new XyPlot(x, Axis.of("accuracy, percent"), series).draw(),
        places,
        grid(table, caption, rows, shots));
  }

  private static String tick(double value) {
    return SeriesGrid.number(Math.pow(2, Math.rint(value)));
  }

  private static double log2(int value) {
    return Math.log(value) / Math.log(2);
  }
}
