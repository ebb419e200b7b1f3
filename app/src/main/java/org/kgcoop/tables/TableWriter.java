package org.kgcoop.tables;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kgcoop.Messages;
import org.kgcoop.eval.Interval;
import org.kgcoop.files.Json;
import org.kgcoop.runs.Metric;

/** A writer of a {@link RunTable} and its differences as text, Markdown, LaTeX, CSV or JSON. */
public final class TableWriter {

  /** The format of a table. */
  public enum Format {
    TEXT,
    MARKDOWN,
    LATEX,
    CSV
  }

  private static final Pattern SPECIAL = Pattern.compile("[\\\\{}$&#^_~%]");

  private static final String MARK = "*";
  private static final String HEADER =
      "row,method,setting,shots,column,mean,std,low,high,seeds,data_sets,best_stands,ms_per_image,"
          + "complete";

  private final RunTable table;
  private final List<String> columns;

  /**
   * False for the style of papers: no intervals, and the best estimate of each column is marked.
   */
  private final boolean intervals;

  /**
   * Prepares a table and the differences between its rows of equal shots.
   *
   * @param intervals false for the style of papers: no intervals or differences, and the best
   *     estimate of each column is marked
   */
  public TableWriter(RunTable table, List<String> columns, boolean intervals) {
    this.table = table;
    this.columns = List.copyOf(columns);
    this.intervals = intervals;
  }

  /** Returns the differences between all pairs of rows with equal shots. */
  List<RunTable.Difference> differences() {
    return pairs().stream()
        .flatMap(
            pair ->
                columns.stream()
                    .map(column -> table.difference(pair.row(), pair.other(), column))
                    .filter(Objects::nonNull))
        .toList();
  }

  private record Pair(TableRow row, TableRow other) {
    String label() {
      return row.label() + " - " + other.label();
    }
  }

  private List<Pair> pairs() {
    if (!intervals) {
      return List.of();
    }
    List<TableRow> rows = table.rows();
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      TableRow row = rows.get(i);
      rows.subList(0, i).stream()
          .filter(other -> other.shots() == row.shots())
          .forEach(other -> pairs.add(new Pair(row, other)));
    }
    return pairs;
  }

  /** Returns the table followed by the differences. */
  public String write(Format format) {
    return switch (format) {
      case CSV -> csv();
      case TEXT ->
          text(figures(Format.TEXT))
              + "\n\n"
              + (pairs().isEmpty() ? "" : text(differences(Format.TEXT)) + "\n\n")
              + legend(format);
      case MARKDOWN ->
          markdown(figures(Format.MARKDOWN))
              + (pairs().isEmpty() ? "" : "\n" + markdown(differences(Format.MARKDOWN)))
              + "\n"
              + legend(format).replace(MARK, "\\" + MARK);
      case LATEX ->
          "% needs \\usepackage{booktabs}\n"
              + latex(figures(Format.LATEX))
              + (pairs().isEmpty() ? "" : "\n" + latex(differences(Format.LATEX)))
              + legend(format).lines().map(line -> "\n% " + line).reduce("", String::concat);
    };
  }

  private String legend(Format format) {
    String best =
        switch (format) {
          case LATEX, MARKDOWN -> "Bold:";
          default -> MARK;
        };
    String legend =
        intervals
            ? """
            Accuracies in percent: mean ± population standard deviation over seeds, [95 % interval].
            Bootstrap intervals over images and seeds, paired for differences.
            * significant: the 95 % interval of the difference (for figures: from every other row)
            excludes 0. A method with one seed has no *, because other seeds are not covered.
            pairs: runs on the same data set with the same seed; only they are compared.\
            """
            : """
            Accuracies in percent: mean ± population standard deviation over seeds.
            %s the best of as many shots.\
            """
                .formatted(best);
    return TableNotes.of(table, columns).stream()
        .reduce(legend, (text, note) -> text + "\n" + note);
  }

  // ---- text, Markdown and LaTeX

  private List<List<String>> figures(Format format) {
    List<List<String>> grid = new ArrayList<>();
    grid.add(line("method", format, column -> label(column, format), "ms/image"));
    for (TableRow row : table.rows()) {
      double ms = table.msPerImage(row);
      grid.add(
          line(
              row.label(),
              format,
              column -> figure(row, column, format),
              Double.isNaN(ms) ? "-" : number(ms)));
    }
    return grid;
  }

  private List<String> line(
      String name, Format format, Function<String, String> cell, String last) {
    List<String> line = new ArrayList<>(List.of(label(name, format)));
    columns.forEach(column -> line.add(cell.apply(column)));
    line.add(last);
    return line;
  }

  private String figure(TableRow row, String column, Format format) {
    RunTable.Estimate estimate = table.estimate(row, column);
    boolean best = intervals ? row.equals(table.best(column)) : isBest(row, column);
    return estimate == null ? "-" : mark(text(estimate, column, format), best, format);
  }

  private List<List<String>> differences(Format format) {
    List<List<String>> grid = new ArrayList<>();
    grid.add(line("difference", format, column -> label(column, format), "pairs"));
    for (Pair pair : pairs()) {
      grid.add(line(pair.label(), format, column -> difference(pair, column, format), pairs(pair)));
    }
    return grid;
  }

  private String difference(Pair pair, String column, Format format) {
    RunTable.Difference difference = table.difference(pair.row(), pair.other(), column);
    if (difference == null) {
      return "-";
    }
    String value = (difference.value() < 0 ? "" : "+") + number(difference.value(), column);
    return mark(value + interval(difference.interval()), difference.isSignificant(), format);
  }

  /** Returns the number of compared runs; if a row has others, of how many. */
  private String pairs(Pair pair) {
    int pairs = RunTable.pairs(pair.row(), pair.other());
    int larger = Math.max(pair.row().size(), pair.other().size());
    return pairs == larger ? "" + pairs : pairs + " of " + larger;
  }

  /** Returns true for the best mean of a column among the rows with equal shots. */
  private boolean isBest(TableRow row, String column) {
    RunTable.Estimate own = table.estimate(row, column);
    Metric.Best best = Metric.ofColumn(column).map(Metric::best).orElse(Metric.Best.HIGHEST);
    double sign = best == Metric.Best.LOWEST ? -1 : 1;
    return own != null
        && best != Metric.Best.NONE
        && table.rows().stream()
            .filter(other -> other.shots() == row.shots())
            .map(other -> table.estimate(other, column))
            .allMatch(other -> other == null || sign * other.mean() <= sign * own.mean());
  }

  private String text(RunTable.Estimate estimate, String column, Format format) {
    String plusMinus = format == Format.LATEX ? " $\\pm$ " : " ± ";
    return number(estimate.mean(), column)
        + (estimate.seeds() > 1 ? plusMinus + number(estimate.deviation(), column) : "")
        + (intervals ? interval(estimate.interval()) : "")
        + (estimate.complete() ? "" : format == Format.LATEX ? "$^\\dagger$" : " †");
  }

  private static String interval(@Nullable Interval interval) {
    return interval == null
        ? ""
        : " [" + number(interval.low()) + ", " + number(interval.high()) + "]";
  }

  private String mark(String text, boolean marked, Format format) {
    if (format == Format.TEXT) {
      return text + (marked ? " " + MARK : "  "); // keeps the numbers aligned
    }
    if (!marked) {
      return text;
    }
    return format == Format.LATEX
        ? "\\textbf{" + text + "}" + (intervals ? MARK : "")
        : "**" + text + "**" + (intervals ? " \\" + MARK : "");
  }

  /** Formats accuracies with two decimals and other metrics with four. */
  private static String number(double value, String column) {
    boolean isPercent = Metric.ofColumn(column).map(Metric::isPercent).orElse(true);
    return String.format(Locale.ROOT, isPercent ? "%.2f" : "%.4f", value);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static String text(List<List<String>> grid) {
    Column[] headers =
        grid.get(0).stream()
            .map(name -> new Column().header(name).maxWidth(200))
            .map(column -> column.headerAlign(HorizontalAlign.RIGHT))
            .map(column -> column.dataAlign(HorizontalAlign.RIGHT))
            .toArray(Column[]::new);
    headers[0].headerAlign(HorizontalAlign.LEFT).dataAlign(HorizontalAlign.LEFT);
    return AsciiTable.getTable(
        AsciiTable.NO_BORDERS,
        headers,
        grid.subList(1, grid.size()).stream()
            .map(line -> line.toArray(String[]::new))
            .toArray(String[][]::new));
  }

  private static String markdown(List<List<String>> grid) {
    String columns = "|:--" + "|--:".repeat(grid.get(0).size() - 1) + "|\n";
    return lines(
        grid.stream().map(line -> line.stream().map(c -> c.replace("|", "\\|")).toList()).toList(),
        "| ",
        " | ",
        " |\n",
        columns);
  }

  private static String latex(List<List<String>> grid) {
    return "\\begin{tabular}{l"
        + "r".repeat(grid.get(0).size() - 1)
        + "}\n\\toprule\n"
        + lines(grid, "", " & ", " \\\\\n", "\\midrule\n")
        + "\\bottomrule\n\\end{tabular}\n";
  }

  /** Returns the lines of a grid, with a text below the first one. */
  private static String lines(
      List<List<String>> grid, String start, String between, String end, String below) {
    List<String> lines =
        new ArrayList<>(
            grid.stream().map(line -> start + String.join(between, line) + end).toList());
    lines.add(1, below);
    return String.join("", lines);
  }

  /** Returns a name as one line. In LaTeX, characters with a meaning of their own are escaped. */
  private static String label(String name, Format format) {
    String line = Messages.line(name);
    return format == Format.LATEX
        ? SPECIAL
            .matcher(line)
            .replaceAll(found -> Matcher.quoteReplacement(escaped(found.group())))
        : line;
  }

  private static String escaped(String special) {
    return switch (special) {
      case "\\" -> "\\textbackslash{}";
      case "^" -> "\\textasciicircum{}";
      case "~" -> "\\textasciitilde{}";
      default -> "\\" + special;
    };
  }

  // ---- CSV and JSON

  private String csv() {
    StringWriter text = new StringWriter();
    CsvWriter csv =
        CsvWriter.builder()
            .lineDelimiter(LineDelimiter.LF) // no CR: a terminal may not interpret it
            .bufferSize(0) // writes directly to the text
            .build(text);
    csv.writeRecord(HEADER.split(",", -1));
    for (TableRow row : table.rows()) {
      for (String column : columns) {
        RunTable.Estimate estimate = table.estimate(row, column);
        if (estimate == null) {
          continue;
        }
        Interval interval = estimate.interval();
        double ms = table.msPerImage(row);
        csv.writeRecord(
            Messages.cell(row.label()),
            Messages.cell(row.method()),
            row.setting().isEmpty() ? "" : row.setting().toString(),
            "" + row.shots(),
            Messages.cell(column),
            "" + estimate.mean(),
            "" + estimate.deviation(),
            interval == null ? "" : "" + interval.low(),
            interval == null ? "" : "" + interval.high(),
            "" + estimate.seeds(),
            "" + estimate.dataSets(),
            "" + row.equals(table.best(column)),
            Double.isNaN(ms) ? "" : "" + ms,
            "" + estimate.complete());
      }
    }
    return text.toString().stripTrailing();
  }

  /** Returns {@code rows} with their figures, and {@code differences}. */
  public ObjectNode json() {
    List<Row> rows = new ArrayList<>();
    for (TableRow row : table.rows()) {
      Map<String, Figure> figures = new LinkedHashMap<>();
      for (String column : columns) {
        RunTable.Estimate estimate = table.estimate(row, column);
        if (estimate != null) {
          figures.put(column, new Figure(estimate, row.equals(table.best(column))));
        }
      }
      rows.add(
          new Row(row, row.method(), row.setting(), row.shots(), table.msPerImage(row), figures));
    }
    return Json.tree(new Content(rows, differences()));
  }

  private record Content(List<Row> rows, List<RunTable.Difference> differences) {}

  private record Row(
      TableRow row,
      String method,
      Map<String, String> setting,
      int shots,
      double msPerImage,
      Map<String, Figure> figures) {}

  private record Figure(@JsonUnwrapped RunTable.Estimate estimate, boolean bestStands) {}
}
