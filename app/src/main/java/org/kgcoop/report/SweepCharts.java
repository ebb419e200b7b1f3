package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.kgcoop.eval.Metrics;
import org.kgcoop.eval.Metrics.Spread;
import org.kgcoop.report.Block.Chart;
import org.kgcoop.report.chart.Drawing;
import org.kgcoop.report.chart.XyPlot;
import org.kgcoop.report.chart.XyPlot.Axis;
import org.kgcoop.report.chart.XyPlot.Point;
import org.kgcoop.report.chart.XyPlot.Series;
import org.kgcoop.report.chart.XyPlot.Style;
import org.kgcoop.tables.StoredRun;

/** Charts of a table over the numbers that it sweeps. */
final class SweepCharts {
  private static final int MAX_CHARTS = 6;

  private SweepCharts() {}

  /** Draws accuracies and the distance over each swept number, such as KgCoOp's weight. */
  static List<Chart> of(List<StoredRun> all) {
    List<Chart> charts = new ArrayList<>();
    for (String method : StoredRun.distinct(all, StoredRun::title)) {
      List<StoredRun> runs = all.stream().filter(run -> run.title().equals(method)).toList();
      Set<String> keys = new LinkedHashSet<>();
      runs.forEach(run -> keys.addAll(run.cell().setting().keySet()));
      for (String key : keys) {
        Map<Double, List<StoredRun>> byValue = byValue(runs, key);
        if (byValue.size() > 1 && charts.size() < MAX_CHARTS) {
          add(charts, method, key.replace('_', ' '), byValue);
        }
      }
    }
    return charts;
  }

  private static Map<Double, List<StoredRun>> byValue(List<StoredRun> runs, String key) {
    Map<Double, List<StoredRun>> byValue = new TreeMap<>();
    for (StoredRun run : runs) {
      JsonNode value = run.cell().setting().get(key);
      if (value != null && Formats.isFinite(value)) {
        byValue.computeIfAbsent(value.asDouble(), v -> new ArrayList<>()).add(run);
      }
    }
    return byValue;
  }

  private static void add(
      List<Chart> charts, String method, String key, Map<Double, List<StoredRun>> byValue) {
    Set<String> names = new LinkedHashSet<>();
    byValue
        .values()
        .forEach(runs -> runs.forEach(run -> run.targets().forEach(t -> names.add(t.name()))));
    List<Series> accuracies = new ArrayList<>();
    for (String name : names.stream().limit(Drawing.COLOURS - 1).toList()) {
      accuracies.add(series(name, byValue, runs -> accuracy(runs, name)));
    }
    if (names.contains("base") && names.contains("new")) {
      // As in the table, H is the harmonic mean of the averaged accuracies.
      accuracies.add(
          series(
              "H",
              byValue,
              runs ->
                  new Spread(
                      Metrics.harmonicMean(
                          accuracy(runs, "base").mean(), accuracy(runs, "new").mean()),
                      0)));
    }
    charts.add(
        chart(
            method + ": accuracy over the " + key + ", in percent",
            key,
            "accuracy, percent",
            accuracies));
    Series distance =
        series("distance", byValue, runs -> StoredRun.overSeeds(runs, DistanceSection::distance));
    if (!distance.points().isEmpty()) {
      charts.add(
          chart(
              method + ": distance between learned and hand-crafted class features over the " + key,
              key,
              "squared distance",
              List.of(distance)));
    }
  }

  private static Spread accuracy(List<StoredRun> runs, String target) {
    return StoredRun.overSeeds(runs, run -> run.cell().results().accuracy(target));
  }

  private static Series series(
      String name, Map<Double, List<StoredRun>> byValue, Function<List<StoredRun>, Spread> figure) {
    List<Point> points = new ArrayList<>();
    byValue.forEach((value, runs) -> addPoint(points, value, figure.apply(runs)));
    return new Series(name, Style.LINE_AND_POINTS, points);
  }

  private static Chart chart(String caption, String x, String y, List<Series> series) {
    return new Chart(
        caption,
        new XyPlot(Axis.of(x), Axis.of(y), series).draw(),
        series.stream().map(Series::name).toList(),
        SeriesGrid.of(caption, x, series));
  }

  /** Adds a point, unless its mean is missing. */
  static void addPoint(List<Point> points, double x, Spread spread) {
    if (Double.isFinite(spread.mean())) {
      points.add(new Point(x, spread.mean(), spread.standardDeviation()));
    }
  }
}
