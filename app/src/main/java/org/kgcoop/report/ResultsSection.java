package org.kgcoop.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kgcoop.eval.Metrics.Spread;
import org.kgcoop.report.Section.Chart;
import org.kgcoop.report.chart.BarPlot;
import org.kgcoop.report.chart.Drawing;
import org.kgcoop.report.chart.XyPlot;
import org.kgcoop.report.chart.XyPlot.Axis;
import org.kgcoop.report.chart.XyPlot.Point;
import org.kgcoop.report.chart.XyPlot.Series;
import org.kgcoop.report.chart.XyPlot.Style;
import org.kgcoop.runs.Metric;
import org.kgcoop.runs.Metric.Best;
import org.kgcoop.runs.TableCell;
import org.kgcoop.runs.TableResults;
import org.kgcoop.tables.ProtocolTable.Row;
import org.kgcoop.tables.StoredRun;

/** The results of a protocol: its rows, other metrics, and charts. */
final class ResultsSection {
  private static final int MAX_DATA_SETS = 20;
  private static final int MAX_CURVES = 16;
  private static final String AVERAGE = "average";

  private final ProtocolResults table;
  private final List<Row> rows;
  private final Map<String, List<Row>> sets = new LinkedHashMap<>();
  private final Palette palette;

  ResultsSection(ProtocolResults table, Palette palette) {
    this.table = table;
    this.rows = table.rows();
    table.table().dataSets().forEach(set -> sets.put(set, table.table().of(set).rows()));
    this.palette = palette;
  }

  /**
   * Returns the sections of the table.
   *
   * @param name the prefix of their headings
   * @param number the suffix of their anchors
   */
  Section of(String name, String number) {
    String title = name + table.protocol().title();
    return switch (table.protocol().columns()) {
      case HALVES -> baseToNew(new Section("results" + number, name + heading()));
      case SHOTS -> fewShot(new Section("few-shot" + number, title));
      case DATA_SETS -> transfer(new Section("transfer" + number, title));
    };
  }

  private String heading() {
    return sets.size() == 1
        ? "Results on " + String.join("", sets.keySet())
        : "Average over all data sets";
  }

  /** Explains the figures, and names the images that runs used to choose settings. */
  static String key(boolean spread, List<StoredRun> runs) {
    String key =
        "Accuracies in percent"
            + (spread ? ", mean ± standard deviation over seeds" : "")
            + ". ★ marks the best of a column.";
    List<TableCell> cells = runs.stream().map(StoredRun::cell).toList();
    return Stream.concat(Stream.of(key), TableResults.choices(cells).stream())
        .collect(Collectors.joining(" "));
  }

  private String key() {
    return key(table.hasSpread(), table.runs());
  }

  // ---- base-to-new generalization

  private Section baseToNew(Section section) {
    // A complete table without rows is shown too, so that the page states that it is empty.
    if (rows.isEmpty() && !table.results().pending().isEmpty()) {
      return section;
    }
    section.table(baseToNew(heading(), rows));
    section.words(key());
    addMeasures(
        section,
        "Joint list and calibration",
        Arrays.stream(Metric.values()).filter(m -> m != Metric.DISTANCE).map(Metric::id).toList(),
        id -> Metric.ofColumn(id).map(Metric::header).orElse(id));
    section.charts(bars());
    if (sets.size() > 1) {
      sets.entrySet().stream()
          .limit(MAX_DATA_SETS)
          .forEach(
              set -> {
                section.heading(set.getKey());
                section.table(baseToNew(set.getKey(), set.getValue()));
              });
      section.leftOut(
          sets.size() - MAX_DATA_SETS, "the tables of %s more data sets; results.json has them.");
    }
    return section;
  }

  private ReportTable<Row> baseToNew(String label, List<Row> shownRows) {
    String distance = Metric.DISTANCE.id();
    return byMethod(label, shownRows)
        .notes(Row::prompts)
        .columns(
            Stream.of("base", "new", "H", distance)
                .filter(name -> !name.equals(distance) || has(shownRows, distance))
                .map(name -> table.column(name, shownRows, name))
                .toList())
        .numbers("ms/image", Row::msPerImage, Best.LOWEST, Formats::milliseconds)
        .numbers("with features", Row::msPerImageWithFeatures, Best.LOWEST, Formats::milliseconds);
  }

  private static ReportTable<Row> byMethod(String label, List<Row> rows) {
    return new ReportTable<>(label, "method", rows, Formats::label);
  }

  private static boolean has(List<Row> rows, String column) {
    return rows.stream().anyMatch(row -> Double.isFinite(row.mean(column)));
  }

  /** Adds a table of the columns that have figures. */
  private void addMeasures(
      Section section, String label, List<String> columns, Function<String, String> title) {
    List<String> known = columns.stream().filter(column -> has(rows, column)).toList();
    if (!known.isEmpty()) {
      section.heading(label);
      section.table(accuracies(label, rows, known, title));
    }
  }

  /**
   * Draws the three accuracies next to each other. With several data sets, it adds one chart per
   * accuracy.
   */
  private List<Chart> bars() {
    if (rows.isEmpty()) {
      return List.of();
    }
    List<String> columns = List.of("base", "new", "H");
    Function<Row, List<Double>> means = row -> columns.stream().map(row::mean).toList();
    List<Chart> charts = new ArrayList<>();
    charts.add(bars("Accuracy on base and new classes", columns, means));
    for (String column : sets.size() > 1 ? columns : List.<String>of()) {
      charts.add(
          bars(
              column.equals("H")
                  ? "H on each data set"
                  : "Accuracy on %s classes of each data set".formatted(column),
              List.copyOf(sets.keySet()),
              row -> sets.values().stream().map(own -> mean(own, row, column)).toList()));
    }
    return charts;
  }

  private static double mean(List<Row> rows, Row like, String column) {
    return rows.stream()
        .filter(row -> Formats.label(row).equals(Formats.label(like)))
        .mapToDouble(row -> row.mean(column))
        .findFirst()
        .orElse(Double.NaN);
  }

  private Chart bars(String caption, List<String> groups, Function<Row, List<Double>> bars) {
    Map<String, List<Double>> series = new LinkedHashMap<>();
    rows.forEach(row -> series.put(Formats.label(row), bars.apply(row)));
    List<String> methods = List.copyOf(series.keySet());
    List<String> places = palette.places(methods);
    int shown = Math.min(Drawing.COLOURS, methods.size());
    String more =
        methods.size() > shown ? " (the first %s of %s rows)".formatted(shown, methods.size()) : "";
    ReportTable<Row> numbers = byMethod(caption, rows.subList(0, shown));
    for (int i = 0; i < groups.size(); i++) {
      int group = i;
      numbers.numbers(groups.get(i), row -> bars.apply(row).get(group), Formats::percent);
    }
    List<List<Double>> drawn =
        places.stream().map(method -> series.getOrDefault(method, List.of())).toList();
    BarPlot plot = new BarPlot("percent", groups, drawn);
    return new Chart(caption + ", in percent" + more, plot.draw(), places, numbers);
  }

  // ---- transfer

  private Section transfer(Section section) {
    if (rows.isEmpty()) {
      return section;
    }
    String source = table.runs().isEmpty() ? "" : table.runs().get(0).dataSet();
    List<String> accuracies = table.table().accuracies();
    // The average of a single data set would repeat its column.
    List<String> shown =
        accuracies.stream().filter(name -> !name.equals(AVERAGE) || accuracies.size() > 3).toList();
    Function<String, String> title = name -> name.equals(source) ? name + " (source)" : name;
    String learned = "Learned on " + source;
    section.table(accuracies(learned, rows, shown, title));
    section.words(
        learned + ". " + key() + " The average leaves out the data set that was learned on.");
    addCalibration(section, shown, title);
    return section;
  }

  private ReportTable<Row> accuracies(
      String label, List<Row> shownRows, List<String> columns, Function<String, String> title) {
    return byMethod(label, shownRows)
        .columns(
            columns.stream()
                .map(name -> table.column(title.apply(name), shownRows, name))
                .toList());
  }

  /** Adds the calibration errors of each column of accuracies. */
  private void addCalibration(
      Section section, List<String> columns, Function<String, String> title) {
    addMeasures(
        section,
        "Expected calibration error",
        columns.stream().map(Metric.ECE::id).toList(),
        column -> title.apply(column.substring(Metric.ECE.id("").length())));
  }

  // ---- few-shot learning

  private Section fewShot(Section section) {
    if (rows.isEmpty() || shots().isEmpty()) {
      return section;
    }
    String all =
        sets.size() == 1
            ? String.join("", sets.keySet())
            : "average over " + sets.size() + " data sets";
    section.table(fewShot("Accuracy, " + all, rows));
    section.words(key() + " Shots are training images per class.");
    addCalibration(
        section, shots().stream().map(String::valueOf).toList(), ResultsSection::shotsTitle);
    List<Chart> charts = new ArrayList<>();
    charts.add(curves("Accuracy, " + all, rows));
    if (sets.size() > 1) {
      sets.entrySet().stream()
          .limit(MAX_CURVES)
          .forEach(set -> charts.add(curves("Accuracy on " + set.getKey(), set.getValue())));
    }
    section.charts(charts);
    section.leftOut(sets.size() - MAX_CURVES, "the curves of %s data sets.");
    return section;
  }

  private List<Integer> shots() {
    return table.table().accuracies().stream()
        .filter(name -> name.matches("[1-9]\\d{0,8}"))
        .map(Integer::valueOf)
        .sorted()
        .toList();
  }

  private static String shotsTitle(String shots) {
    return shots + (shots.equals("1") ? " shot" : " shots");
  }

  private ReportTable<Row> fewShot(String label, List<Row> shownRows) {
    List<String> columns = shots().stream().map(String::valueOf).toList();
    return accuracies(label, shownRows, columns, ResultsSection::shotsTitle);
  }

  private Chart curves(String caption, List<Row> shownRows) {
    List<Integer> shots = shots();
    List<String> methods = shownRows.stream().map(Formats::label).toList();
    List<String> places = palette.places(methods);
    List<Series> series = new ArrayList<>();
    for (String method : places) {
      List<Point> points = new ArrayList<>();
      for (Row row : shownRows.stream().filter(r -> Formats.label(r).equals(method)).toList()) {
        for (int k : shots) {
          Spread accuracy = row.column(String.valueOf(k));
          if (Double.isFinite(accuracy.mean())) {
            points.add(new Point(log2(k), accuracy.mean(), accuracy.standardDeviation()));
          }
        }
      }
      series.add(new Series(method, Style.LINE_AND_POINTS, points));
    }
    Axis x =
        new Axis(
            "training images per class",
            log2(shots.get(0)) - 0.15,
            log2(shots.get(shots.size() - 1)) + 0.15,
            value -> SeriesGrid.number(Math.pow(2, Math.rint(value))));
    String more =
        methods.size() > Drawing.COLOURS ? "; the first %s methods".formatted(Drawing.COLOURS) : "";
    String band = table.hasSpread() ? "; bands: standard deviation over seeds" : "";
    return new Chart(
        caption + ", in percent" + band + more,
        new XyPlot(x, Axis.of("accuracy, percent"), series).draw(),
        places,
        fewShot(caption, shownRows));
  }

  private static double log2(int value) {
    return Math.log(value) / Math.log(2);
  }
}
