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
import org.kgcoop.report.Block.Chart;
import org.kgcoop.report.Block.Charts;
import org.kgcoop.report.Block.Figures;
import org.kgcoop.report.Block.Heading;
import org.kgcoop.report.Block.Words;
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
  List<Section> of(String name, String number) {
    List<Section> sections = new ArrayList<>();
    String title = name + table.protocol().title();
    switch (table.protocol().columns()) {
      case HALVES -> {
        // A complete table without rows is shown too, so that the page states that it is empty.
        if (!rows.isEmpty() || table.isComplete()) {
          String heading =
              sets.size() == 1
                  ? "Results on " + String.join("", sets.keySet())
                  : "Average over all data sets";
          sections.add(new Section("results" + number, name + heading, baseToNew(heading)));
        }
      }
      case SHOTS -> {
        if (!rows.isEmpty() && !shots().isEmpty()) {
          sections.add(new Section("few-shot" + number, title, fewShot()));
        }
      }
      case DATA_SETS -> {
        if (!rows.isEmpty()) {
          sections.add(new Section("transfer" + number, title, transfer()));
        }
      }
    }
    return sections;
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

  private Words key(String more) {
    return new Words(key(table.hasSpread(), table.runs()) + more);
  }

  // ---- base-to-new generalization

  private List<Block> baseToNew(String heading) {
    List<Block> blocks = new ArrayList<>();
    blocks.add(new Figures(baseToNew(heading, rows)));
    blocks.add(key(""));
    addMeasures(
        blocks,
        "Joint list and calibration",
        Arrays.stream(Metric.values()).filter(m -> m != Metric.DISTANCE).map(Metric::id).toList(),
        id -> Metric.ofColumn(id).map(Metric::header).orElse(id));
    blocks.add(new Charts(bars()));
    if (sets.size() > 1) {
      sets.entrySet().stream()
          .limit(MAX_DATA_SETS)
          .forEach(
              set -> {
                blocks.add(new Heading(set.getKey()));
                blocks.add(new Figures(baseToNew(set.getKey(), set.getValue())));
              });
      if (sets.size() > MAX_DATA_SETS) {
        blocks.add(
            new Words(
                "Left out: the tables of %s more data sets; results.json has them."
                    .formatted(sets.size() - MAX_DATA_SETS)));
      }
    }
    return blocks;
  }

  private ReportTable baseToNew(String label, List<Row> shownRows) {
    List<ReportTable.Column> columns = new ArrayList<>();
    for (String name : List.of("base", "new", "H")) {
      columns.add(table.column(name, shownRows, name));
    }
    String distance = Metric.DISTANCE.id();
    if (has(shownRows, distance)) {
      columns.add(table.column(distance, shownRows, distance));
    }
    return byMethod(label, shownRows)
        .notes(Row::prompts)
        .columns(columns)
        .numbers("ms/image", Row::msPerImage, Best.LOWEST, Formats::milliseconds)
        .numbers("with features", Row::msPerImageWithFeatures, Best.LOWEST, Formats::milliseconds)
        .build();
  }

  private static ReportTable.Builder<Row> byMethod(String label, List<Row> rows) {
    return ReportTable.of(label, "method", rows, (Row row) -> Formats.label(row));
  }

  private static List<String> labels(List<Row> rows) {
    return rows.stream().map(Formats::label).toList();
  }

  private static boolean has(List<Row> rows, String column) {
    return rows.stream().anyMatch(row -> Double.isFinite(row.mean(column)));
  }

  /** Adds a table of the columns that have figures. */
  private void addMeasures(
      List<Block> blocks, String label, List<String> columns, Function<String, String> title) {
    List<ReportTable.Column> known =
        columns.stream()
            .filter(column -> has(rows, column))
            .map(column -> table.column(title.apply(column), rows, column))
            .toList();
    if (!known.isEmpty()) {
      blocks.add(new Heading(label));
      blocks.add(new Figures(byMethod(label, rows).columns(known).build()));
    }
  }

  /**
   * Draws the three accuracies next to each other. With several data sets, it adds one chart per
   * accuracy.
   */
  private List<Chart> bars() {
    List<String> methods = labels(rows);
    if (methods.isEmpty()) {
      return List.of();
    }
    List<Chart> charts = new ArrayList<>();
    List<String> columns = List.of("base", "new", "H");
    charts.add(
        bars(
            "Accuracy on base and new classes",
            columns,
            rows.stream().map(row -> columns.stream().map(row::mean).toList()).toList()));
    if (sets.size() > 1) {
      List<String> names = List.copyOf(sets.keySet());
      Map<String, String> captions =
          Map.of(
              "base", "Accuracy on base classes of each data set",
              "new", "Accuracy on new classes of each data set",
              "H", "H on each data set");
      for (String column : columns) {
        List<List<Double>> series =
            methods.stream()
                .map(
                    method -> sets.values().stream().map(own -> mean(own, method, column)).toList())
                .toList();
        charts.add(bars(captions.getOrDefault(column, column), names, series));
      }
    }
    return charts;
  }

  private static double mean(List<Row> rows, String method, String column) {
    return rows.stream()
        .filter(row -> Formats.label(row).equals(method))
        .mapToDouble(row -> row.mean(column))
        .findFirst()
        .orElse(Double.NaN);
  }

  private Chart bars(String caption, List<String> groups, List<List<Double>> series) {
    List<String> methods = labels(rows);
    List<String> places = palette.places(methods);
    List<List<Double>> drawn = new ArrayList<>();
    for (String method : places) {
      drawn.add(method.isEmpty() ? List.of() : series.get(methods.indexOf(method)));
    }
    int shown = Math.min(Drawing.COLOURS, methods.size());
    String more =
        methods.size() > shown ? " (the first %s of %s rows)".formatted(shown, methods.size()) : "";
    ReportTable.Builder<String> numbers =
        ReportTable.of(caption, "method", methods.subList(0, shown), method -> method);
    for (int group = 0; group < groups.size(); group++) {
      int index = group;
      numbers.numbers(
          groups.get(group),
          method -> series.get(methods.indexOf(method)).get(index),
          Formats::percent);
    }
    return new Chart(
        caption + ", in percent" + more,
        new BarPlot("percent", groups, drawn).draw(),
        places,
        numbers.build());
  }

  // ---- transfer

  private List<Block> transfer() {
    String source = table.runs().isEmpty() ? "" : table.runs().get(0).dataSet();
    List<String> accuracies = table.table().accuracies();
    // The average of a single data set would repeat its column.
    List<String> shown =
        accuracies.stream().filter(name -> !name.equals(AVERAGE) || accuracies.size() > 3).toList();
    Function<String, String> title = name -> name.equals(source) ? name + " (source)" : name;
    String learned = "Learned on " + source;
    List<Block> blocks = new ArrayList<>();
    blocks.add(
        new Figures(
            byMethod(learned, rows)
                .columns(
                    shown.stream()
                        .map(name -> table.column(title.apply(name), rows, name))
                        .toList())
                .build()));
    blocks.add(
        new Words(
            learned
                + ". "
                + key(table.hasSpread(), table.runs())
                + " The average leaves out the data set that was learned on."));
    addCalibration(blocks, shown, title);
    return blocks;
  }

  /** Adds the calibration errors of each column of accuracies. */
  private void addCalibration(
      List<Block> blocks, List<String> columns, Function<String, String> title) {
    addMeasures(
        blocks,
        "Expected calibration error",
        columns.stream().map(Metric.ECE::id).toList(),
        column -> title.apply(column.substring(Metric.ECE.id("").length())));
  }

  // ---- few-shot learning

  private List<Block> fewShot() {
    String all =
        sets.size() == 1
            ? String.join("", sets.keySet())
            : "average over " + sets.size() + " data sets";
    List<Block> blocks = new ArrayList<>();
    blocks.add(new Figures(fewShot("Accuracy, " + all, rows)));
    blocks.add(key(" Shots are training images per class."));
    addCalibration(
        blocks, shots().stream().map(String::valueOf).toList(), ResultsSection::shotsTitle);
    List<Chart> charts = new ArrayList<>();
    charts.add(curves("Accuracy, " + all, rows));
    if (sets.size() > 1) {
      sets.entrySet().stream()
          .limit(MAX_CURVES)
          .forEach(set -> charts.add(curves("Accuracy on " + set.getKey(), set.getValue())));
    }
    blocks.add(new Charts(charts));
    if (sets.size() > MAX_CURVES) {
      blocks.add(
          new Words("Left out: the curves of %s data sets.".formatted(sets.size() - MAX_CURVES)));
    }
    return blocks;
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

  private ReportTable fewShot(String label, List<Row> shownRows) {
    return byMethod(label, shownRows)
        .columns(
            shots().stream()
                .map(String::valueOf)
                .map(shots -> table.column(shotsTitle(shots), shownRows, shots))
                .toList())
        .build();
  }

  private Chart curves(String caption, List<Row> shownRows) {
    List<Integer> shots = shots();
    List<String> methods = labels(shownRows);
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
