package org.kgcoop.cli.console;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.ColumnData;
import com.github.freva.asciitable.HorizontalAlign;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.kgcoop.Messages;

/** A table for a terminal, with one line per row and columns without borders. */
public final class TextTable {
  private TextTable() {}

  /** Returns a column of texts, aligned to the left. */
  public static <T> ColumnData<T> left(String header, Function<T, String> cell) {
    return column(header, HorizontalAlign.LEFT, cell);
  }

  /** Returns a column of numbers, aligned to the right. */
  public static <T> ColumnData<T> right(String header, Function<T, String> cell) {
    return column(header, HorizontalAlign.RIGHT, cell);
  }

  private static <T> ColumnData<T> column(
      String header, HorizontalAlign align, Function<T, String> cell) {
    return new Column()
        .header(header)
        .headerAlign(align)
        .dataAlign(align)
        .with(row -> Messages.line(cell.apply(row)));
  }

  public static <T> String of(List<T> rows, List<ColumnData<T>> columns) {
    return AsciiTable.builder().border(AsciiTable.NO_BORDERS).data(rows, columns).asString();
  }

  /** Formats a number with two decimals, or "-" if there is no value. */
  public static String number(double value) {
    return number("%.2f", value);
  }

  /** Formats a number, or "-" if there is no value. */
  public static String number(String format, double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
  }
}
