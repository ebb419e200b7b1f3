package org.kgcoop.report;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.kgcoop.report.chart.XyPlot.Point;
import org.kgcoop.report.chart.XyPlot.Series;

/** Tables of the points of curves. */
final class SeriesGrid {
  private static final int MAX_ROWS = 12;

  private SeriesGrid() {}

  /**
   * Makes a table with one row per x. If there are many points, it contains an even selection and
   * the last point.
   *
   * @param x the title of the row names
   */
  static ReportTable<Double> of(String label, String x, List<Series> series) {
    TreeSet<Double> all = new TreeSet<>();
    series.forEach(s -> s.points().forEach(p -> all.add(p.x())));
    List<Double> rows = thinned(List.copyOf(all), MAX_ROWS);
    ReportTable<Double> table = new ReportTable<>(label, x, rows, SeriesGrid::number);
    for (Series one : series) {
      table.numbers(one.name(), row -> at(one, row), Formats::significant);
    }
    return table;
  }

  /** Selects at most that many values at even distances, with the first and the last. */
  static <T> List<T> thinned(List<T> values, int max) {
    if (values.size() <= max) {
      return values;
    }
    List<T> selected = new ArrayList<>();
    for (int i = 0; i < max; i++) {
      selected.add(values.get((int) Math.round((double) i * (values.size() - 1) / (max - 1))));
    }
    return selected;
  }

  private static double at(Series series, double x) {
    return series.points().stream()
        .filter(p -> p.x() == x)
        .mapToDouble(Point::y)
        .findFirst()
        .orElse(Double.NaN);
  }

  static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.valueOf((long) value)
        : Formats.significant(value);
  }
}
