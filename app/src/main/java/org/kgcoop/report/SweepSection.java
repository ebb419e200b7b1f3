package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.kgcoop.eval.Metrics;
import org.kgcoop.eval.Metrics.Spread;
import org.kgcoop.report.Block.Chart;
import org.kgcoop.report.Block.Charts;
import org.kgcoop.report.chart.Drawing;
import org.kgcoop.report.chart.XyPlot;
import org.kgcoop.report.chart.XyPlot.Axis;
import org.kgcoop.report.chart.XyPlot.Point;
import org.kgcoop.report.chart.XyPlot.Series;
import org.kgcoop.report.chart.XyPlot.Style;

/** Accuracies and the distance over a varied number, such as KgCoOp's weight. */
final class SweepSection {
  private static final int MOST = 6;

  private SweepSection() {}

  /** A section for each table in which a method was tried with several values of a number. */
  static List<Section> of(Table table, String id, String name) {
    List<Chart> charts = new ArrayList<>();
    for (String method : Cell.distinct(table.cells(), Cell::title)) {
      List<Cell> cells = table.cells().stream().filter(c -> c.title().equals(method)).toList();
      Set<String> keys = new LinkedHashSet<>();
      cells.forEach(cell -> keys.addAll(cell.setting().keySet()));
      for (String key : keys) {
        Map<Double, List<Cell>> byValue = byValue(cells, key);
        if (byValue.size() > 1 && charts.size() < MOST) {
          String by = key.replace('_', ' ');
          Chart accuracies = accuracies(method, by, byValue);
          charts.add(accuracies);
          distance(method, by, byValue, charts);
        }
      }
    }
    return charts.isEmpty()
        ? List.of()
        : List.of(new Section(id, name + "What the setting does", List.of(new Charts(charts))));
  }

  private static Map<Double, List<Cell>> byValue(List<Cell> cells, String key) {
    Map<Double, List<Cell>> byValue = new TreeMap<>();
    for (Cell cell : cells) {
      JsonNode value = cell.setting().get(key);
      if (value != null && Text.isFinite(value)) {
        byValue.computeIfAbsent(value.asDouble(), v -> new ArrayList<>()).add(cell);
      }
    }
    return byValue;
  }

  private static Chart accuracies(String method, String key, Map<Double, List<Cell>> byValue) {
    List<Series> series = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    byValue
        .values()
        .forEach(cells -> cells.forEach(c -> c.targets().forEach(t -> names.add(t.name()))));
    for (String name : names.stream().limit(Drawing.COLOURS - 1).toList()) {
      series.add(series(name, byValue, cells -> Cell.overSeeds(cells, c -> c.accuracy(name))));
    }
    if (names.contains("base") && names.contains("new")) {
      series.add(series("H", byValue, SweepSection::harmonicMean));
    }
    return chart(
        method + ": accuracy over the " + key + ", in percent", key, "accuracy, percent", series);
  }

  private static void distance(
      String method, String key, Map<Double, List<Cell>> byValue, List<Chart> charts) {
    Series distance =
        series("distance", byValue, cells -> Cell.overSeeds(cells, DistanceSection::distance));
    if (!distance.points().isEmpty()) {
      charts.add(
          chart(
              method + ": distance between learned and hand-crafted class features over the " + key,
              key,
              "squared distance",
              List.of(distance)));
    }
  }

  private interface Measure {
    Spread of(List<Cell> cells);
  }

  private static Series series(String name, Map<Double, List<Cell>> byValue, Measure measure) {
    List<Point> points = new ArrayList<>();
    byValue.forEach(
        (value, cells) -> {
          Spread spread = measure.of(cells);
          if (Double.isFinite(spread.mean())) {
            points.add(new Point(value, spread.mean(), spread.standardDeviation()));
          }
        });
    return new Series(name, Style.LINE_AND_POINTS, points);
  }

  private static Chart chart(String caption, String x, String y, List<Series> series) {
    return new Chart(
        caption,
        new XyPlot(Axis.of(x), Axis.of(y), series).draw(),
        series.stream().map(Series::name).toList(),
        SeriesGrid.of(caption, x, series));
  }

  /** The harmonic mean of the averaged accuracies, as in the table. */
  private static Spread harmonicMean(List<Cell> cells) {
    double base = Cell.overSeeds(cells, c -> c.accuracy("base")).mean();
    double unseen = Cell.overSeeds(cells, c -> c.accuracy("new")).mean();
    return new Spread(Metrics.harmonicMean(base, unseen), 0);
  }
}
