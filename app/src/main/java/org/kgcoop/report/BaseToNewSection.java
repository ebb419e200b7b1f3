package org.kgcoop.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kgcoop.eval.Metrics.Spread;
import org.kgcoop.report.Block.Chart;
import org.kgcoop.report.Block.Charts;
import org.kgcoop.report.Block.Figures;
import org.kgcoop.report.Block.Heading;
import org.kgcoop.report.Block.Words;
import org.kgcoop.report.ReportTable.Best;
import org.kgcoop.report.chart.BarPlot;
import org.kgcoop.report.chart.Drawing;
import org.kgcoop.runs.TableResults;
import org.kgcoop.runs.TableResults.OfDataSet;
import org.kgcoop.runs.TableResults.Row;

/** The table of base-to-new generalization: base, new, H, times, and the same of each data set. */
final class BaseToNewSection {
  private static final int MOST_DATA_SETS = 20;

  private BaseToNewSection() {}

  static Section of(Table table, String id, String name, Palette palette) {
    List<Row> rows = table.rows();
    List<OfDataSet> sets = table.results().dataSets();
    List<Block> blocks = new ArrayList<>();
    String heading =
        sets.size() == 1 ? "Results on " + sets.get(0).name() : "Average over all data sets";
    blocks.add(new Figures(grid(table, heading, rows)));
    blocks.add(new Words(key(table)));
    blocks.add(charts(rows, sets, palette));
    if (sets.size() > 1) {
      for (OfDataSet set : sets.subList(0, Math.min(MOST_DATA_SETS, sets.size()))) {
        blocks.add(new Heading(set.name()));
        blocks.add(new Figures(grid(table, set.name(), set.rows())));
      }
      if (sets.size() > MOST_DATA_SETS) {
        blocks.add(
            new Words(
                "Left out: the tables of %s more data sets; results.json has them."
                    .formatted(sets.size() - MOST_DATA_SETS)));
      }
    }
    return new Section(id, name + heading, blocks);
  }

  static String key(Table table) {
    return key(table.hasSpread(), table.cells());
  }

  static String key(boolean spread, List<Cell> cells) {
    String key =
        "Accuracies in percent"
            + (spread ? ", mean ± standard deviation over seeds" : "")
            + ". ★ marks the best of a column.";
    return Stream.concat(
            Stream.of(key),
            TableResults.choices(cells.stream().map(Cell::result).toList()).stream())
        .collect(Collectors.joining(" "));
  }

  private static ReportTable grid(Table table, String label, List<Row> rows) {
    List<ReportTable.Column> columns = new ArrayList<>();
    columns.add(table.accuracies("base", rows, row -> row.column("base")));
    columns.add(table.accuracies("new", rows, row -> row.column("new")));
    columns.add(table.accuracies("H", rows, row -> new Spread(row.h(), Double.NaN)));
    if (values(rows, Row::distance).stream().anyMatch(Double::isFinite)) {
      columns.add(
          ReportTable.numbers("distance", values(rows, Row::distance), v -> Text.decimals(v, 4)));
    }
    columns.add(times("ms/image", rows, Row::msPerImage));
    columns.add(times("with features", rows, Row::msPerImageWithFeatures));
    return ReportTable.of(
        label, "method", names(rows), rows.stream().map(Row::prompts).toList(), columns);
  }

  private static List<String> names(List<Row> rows) {
    return rows.stream().map(Text::label).toList();
  }

  private static ReportTable.Column times(
      String title, List<Row> rows, ToDoubleFunction<Row> value) {
    return ReportTable.numbers(
        title, values(rows, value), List.of(), Best.LOWEST, Text::milliseconds);
  }

  private static List<Double> values(List<Row> rows, ToDoubleFunction<Row> value) {
    return rows.stream().map(value::applyAsDouble).toList();
  }

  /** The three accuracies side by side, and of several data sets each accuracy by data set. */
  private static Charts charts(List<Row> rows, List<OfDataSet> sets, Palette palette) {
    List<String> methods = names(rows);
    if (methods.isEmpty()) {
      return new Charts(List.of());
    }
    Chart all =
        bars(
            "Accuracy on base and new classes",
            methods,
            List.of("base", "new", "H"),
            rows.stream().map(r -> List.of(r.base(), r.newAccuracy(), r.h())).toList(),
            palette);
    if (sets.size() < 2) {
      return new Charts(List.of(all));
    }
    return new Charts(
        List.of(
            all,
            bars("Accuracy on base classes of each data set", methods, sets, Row::base, palette),
            bars(
                "Accuracy on new classes of each data set",
                methods,
                sets,
                Row::newAccuracy,
                palette),
            bars("H on each data set", methods, sets, Row::h, palette)));
  }

  private static Chart bars(
      String caption,
      List<String> methods,
      List<OfDataSet> sets,
      ToDoubleFunction<Row> value,
      Palette palette) {
    List<List<Double>> series =
        methods.stream()
            .map(method -> sets.stream().map(set -> value(set.rows(), method, value)).toList())
            .toList();
    return bars(caption, methods, sets.stream().map(OfDataSet::name).toList(), series, palette);
  }

  private static double value(List<Row> rows, String method, ToDoubleFunction<Row> value) {
    return rows.stream()
        .filter(row -> Text.label(row).equals(method))
        .mapToDouble(value)
        .findFirst()
        .orElse(Double.NaN);
  }

  private static Chart bars(
      String caption,
      List<String> methods,
      List<String> groups,
      List<List<Double>> series,
      Palette palette) {
    List<String> places = palette.places(methods);
    List<List<Double>> drawn = new ArrayList<>();
    for (String method : places) {
      drawn.add(method.isEmpty() ? List.of() : series.get(methods.indexOf(method)));
    }
    int shown = Math.min(Drawing.COLOURS, methods.size());
    String more =
        methods.size() > shown ? " (the first %s of %s rows)".formatted(shown, methods.size()) : "";
    List<ReportTable.Column> columns = new ArrayList<>();
    for (int group = 0; group < groups.size(); group++) {
      int index = group;
      columns.add(
          ReportTable.numbers(
              groups.get(group),
              series.subList(0, shown).stream().map(bars -> bars.get(index)).toList(),
              Text::percent));
    }
    return new Chart(
        caption + ", in percent" + more,
        new BarPlot("percent", groups, drawn).draw(),
        places,
        ReportTable.of(caption, "method", methods.subList(0, shown), List.of(), columns));
  }
}
