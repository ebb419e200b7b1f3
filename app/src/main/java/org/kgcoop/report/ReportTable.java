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
 * A table of the page, with one row per element.
 *
 * @param <T> the type of the elements that the rows describe
 */
final class ReportTable<T> {
  final String label;
  final String corner;
  final List<String> names;
  final List<Column> columns = new ArrayList<>();
  private final List<T> elements;

  /** The texts below the names; may be empty. */
  List<String> notes;

  /**
   * A column with one entry per row.
   *
   * @param numeric true if the entries are numbers
   */
  record Column(String title, boolean numeric, List<Figure> figures) {}

  /**
   * An entry.
   *
   * @param deviation the deviation over seeds, or an empty text
   * @param best true if no entry of the column is better
   */
  record Figure(String text, String deviation, boolean best) {}

  /**
   * Makes a table without columns.
   *
   * @param label the content in a few words, for readers of a screen reader
   * @param corner the title of the row names
   * @param name returns the name of a row
   */
  ReportTable(String label, String corner, List<T> elements, Function<? super T, String> name) {
    this.label = label;
    this.corner = corner;
    this.elements = elements;
    names = elements.stream().<String>map(name).toList();
    notes = Collections.nCopies(names.size(), "");
  }

  /** Sets the texts below the names. */
  @CanIgnoreReturnValue
  ReportTable<T> notes(Function<? super T, String> note) {
    notes = elements.stream().<String>map(note).toList();
    return this;
  }

  /** Adds columns with one entry per element. */
  @CanIgnoreReturnValue
  ReportTable<T> columns(List<Column> more) {
    columns.addAll(more);
    return this;
  }

  /** Adds a column of words. */
  @CanIgnoreReturnValue
  ReportTable<T> words(String title, Function<? super T, String> text) {
    List<Figure> figures =
        elements.stream().map(each -> new Figure(text.apply(each), "", false)).toList();
    return columns(List.of(new Column(title, false, figures)));
  }

  /** Adds a column of numbers that marks no number as the best. */
  @CanIgnoreReturnValue
  ReportTable<T> numbers(
      String title, ToDoubleFunction<? super T> value, DoubleFunction<String> format) {
    return numbers(title, value, Best.NONE, format);
  }

  /** Adds a column of numbers that marks the best. */
  @CanIgnoreReturnValue
  ReportTable<T> numbers(
      String title, ToDoubleFunction<? super T> value, Best best, DoubleFunction<String> format) {
    List<Double> values = elements.stream().map(value::applyAsDouble).toList();
    return columns(List.of(numbers(title, values, List.of(), best, format)));
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
      boolean isShown = Double.isFinite(deviation) && Double.isFinite(values.get(i));
      figures.add(new Figure(text, isShown ? format.apply(deviation) : "", text.equals(winner)));
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
