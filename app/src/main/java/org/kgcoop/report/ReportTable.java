package org.kgcoop.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.DoubleStream;
import org.kgcoop.runs.Measure.Best;

/**
 * A table.
 *
 * @param label what it is about, for those who do not see it
 * @param corner what the names of the rows are
 */
record ReportTable(String label, String corner, List<Column> columns, List<Row> rows) {

  /**
   * A column: an entry for each row.
   *
   * @param numeric whether its entries are numbers
   */
  record Column(String title, boolean numeric, List<Figure> figures) {}

  /**
   * A row.
   *
   * @param note said below its name; may be empty
   */
  record Row(String name, String note, List<Figure> figures) {}

  /**
   * An entry.
   *
   * @param deviation over seeds; empty where there is none to show
   * @param best whether none of its column is better
   */
  record Figure(String text, String deviation, boolean best) {
    static Figure of(String text) {
      return new Figure(text, "", false);
    }
  }

  /** A table of columns of equal length. */
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

  /** A column of words. */
  static Column words(String title, List<String> texts) {
    return new Column(title, false, texts.stream().map(Figure::of).toList());
  }

  /** A column of numbers of which none is best. */
  static Column numbers(String title, List<Double> values, DoubleFunction<String> format) {
    return numbers(title, values, List.of(), Best.NONE, format);
  }

  /**
   * A column of numbers; NaN stands for none.
   *
   * @param deviations of the values; none where this is empty
   */
  static Column numbers(
      String title,
      List<Double> values,
      List<Double> deviations,
      Best best,
      DoubleFunction<String> format) {
    // Equal as shown is equally good; where there is one number alone, none is best.
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
