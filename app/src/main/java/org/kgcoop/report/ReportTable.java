package org.kgcoop.report;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.kgcoop.runs.Metric.Best;

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

  /** Starts a table with one row per element and its name. */
  static <T> Builder<T> of(
      String label, String corner, List<T> elements, Function<? super T, String> name) {
    return new Builder<>(label, corner, elements, name);
  }

  /**
   * A table under construction.
   *
   * @param <T> the type of the elements that the rows describe
   */
  static final class Builder<T> {
    private final String label;
    private final String corner;
    private final List<T> elements;
    private final List<String> names;
    private List<String> notes;
    private final List<Column> columns = new ArrayList<>();

    private Builder(
        String label, String corner, List<T> elements, Function<? super T, String> name) {
      this.label = label;
      this.corner = corner;
      this.elements = elements;
      names = elements.stream().<String>map(name).toList();
      notes = Collections.nCopies(names.size(), "");
    }

    /** Sets the texts below the names. */
    Builder<T> notes(Function<? super T, String> note) {
      notes = elements.stream().<String>map(note).toList();
      return this;
    }

    /** Adds columns with one entry per element. */
    Builder<T> columns(List<Column> more) {
      columns.addAll(more);
      return this;
    }

    /** Adds a column of words. */
    @CanIgnoreReturnValue
    Builder<T> words(String title, Function<? super T, String> text) {
      columns.add(new Column(title, false, elements.stream().map(text).map(Figure::of).toList()));
      return this;
    }

    /** Adds a column of numbers that marks no number as the best. */
    @CanIgnoreReturnValue
    Builder<T> numbers(
        String title, ToDoubleFunction<? super T> value, DoubleFunction<String> format) {
      return numbers(title, value, Best.NONE, format);
    }

    /** Adds a column of numbers that marks the best. */
    @CanIgnoreReturnValue
    Builder<T> numbers(
        String title, ToDoubleFunction<? super T> value, Best best, DoubleFunction<String> format) {
      List<Double> values = elements.stream().map(value::applyAsDouble).toList();
      columns.add(ReportTable.numbers(title, values, List.of(), best, format));
      return this;
    }

    ReportTable build() {
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        int row = i;
        rows.add(
            new Row(
                names.get(i),
                notes.get(i),
                columns.stream().map(column -> column.figures.get(row)).toList()));
      }
      return new ReportTable(label, corner, columns, rows);
    }
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
