package org.kgcoop.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.DoubleStream;
import org.kgcoop.runs.Measure.Best;

/**
 * A table of the page.
 *
 * @param label the content in a few words, for readers of a screen reader
 * @param corner the title of the row names
 */
record ReportTable(String label, String corner, List<Column> columns, List<Row> rows) {

  /**
   * A column with one entry per row.
   *
   * @param numeric true if the entries are numbers
   */
  record Column(String title, boolean numeric, List<Figure> figures) {}

  /**
   * A row.
   *
   * @param note the text below the name; may be empty
   */
  record Row(String name, String note, List<Figure> figures) {}

  /**
   * An entry.
   *
   * @param deviation the deviation over seeds, or an empty text
   * @param best true if no entry of the column is better
   */
  record Figure(String text, String deviation, boolean best) {
    static Figure of(String text) {
      return new Figure(text, "", false);
    }
  }

  /** Makes a table from columns of equal length. */
  static ReportTable of(
      String label, String corner, List<String> names, List<String> notes, List<Column> columns) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      int row = i;
      rows.add(
          new Row(
              names.get(i),
              i < notes.size() ? notes.get(i) : "",
              columns.stream().map(column -> column.figures.get(row)).toList()));
    }
    return new ReportTable(label, corner, columns, rows);
  }

  /** Makes a column of words. */
  static Column words(String title, List<String> texts) {
    return new Column(title, false, texts.stream().map(Figure::of).toList());
  }

  /** Makes a column of numbers that marks no number as the best. */
  static Column numbers(String title, List<Double> values, DoubleFunction<String> format) {
    return numbers(title, values, List.of(), Best.NONE, format);
  }

  /**
   * Makes a column of numbers, with a dash for NaN.
   *
   * @param deviations the deviations of the values; empty if there are none
   */
  static Column numbers(
      String title,
      List<Double> values,
      List<Double> deviations,
      Best best,
      DoubleFunction<String> format) {
    // Numbers that look equal after rounding are equally good. A single number is not marked.
    String winner = winner(values, best, format);
    List<Figure> figures = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      String text = format.apply(values.get(i));
      double deviation = i < deviations.size() ? deviations.get(i) : Double.NaN;
      figures.add(
          new Figure(
              text,
              Double.isFinite(deviation) && Double.isFinite(values.get(i))
                  ? format.apply(deviation)
                  : "",
              text.equals(winner)));
    }
    return new Column(title, true, figures);
  }

  private static String winner(List<Double> values, Best best, DoubleFunction<String> format) {
    double[] known =
        values.stream().mapToDouble(Double::doubleValue).filter(Double::isFinite).toArray();
    if (known.length < 2 || best == Best.NONE) {
      return "";
    }
    DoubleStream all = DoubleStream.of(known);
    return format.apply((best == Best.HIGHEST ? all.max() : all.min()).orElse(0));
  }
}
