package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import org.kgcoop.report.Block.Chart;
import org.kgcoop.report.Block.Charts;
import org.kgcoop.report.Block.Figures;
import org.kgcoop.report.Block.Heading;
import org.kgcoop.report.Block.Words;
import org.kgcoop.report.Grid.Best;
import org.kgcoop.report.chart.BarPlot;
import org.kgcoop.report.chart.Drawing;

/** The table of base-to-new generalisation: base, new, H, times, and the same of each data set. */
final class BaseToNewSection {
  private static final int MOST_DATA_SETS = 20;

  private BaseToNewSection() {}

  static Section of(Table table, String id, String name, Palette palette) {
    JsonNode rows = table.json().path("rows");
    boolean spread = seeds(table.json()) != 1;
    List<JsonNode> sets = new ArrayList<>();
    table.json().path("data_sets").forEach(sets::add);
    List<Block> blocks = new ArrayList<>();
    String heading =
        sets.size() == 1
            ? "Results on " + Text.or(sets.get(0).path("name"), "unnamed")
            : "Average over all data sets";
    blocks.add(new Figures(grid(heading, rows, spread)));
    blocks.add(new Words(key(spread)));
    blocks.add(charts(rows, sets, palette));
    if (sets.size() > 1) {
      for (JsonNode set : sets.subList(0, Math.min(MOST_DATA_SETS, sets.size()))) {
        String setName = Text.or(set.path("name"), "unnamed");
        blocks.add(new Heading(setName));
        blocks.add(new Figures(grid(setName, set.path("rows"), spread)));
        String pictures = pictures(set.path("rows"));
        if (!pictures.isEmpty()) {
          blocks.add(new Words(pictures));
        }
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

  static String key(boolean spread) {
    return "Accuracies in percent"
        + (spread ? ", mean ± standard deviation over seeds" : "")
        + ". ★ marks the best of a column.";
  }

  private static int seeds(JsonNode results) {
    return results.path("settings").path("seeds").size();
  }

  private static Grid grid(String label, JsonNode rows, boolean spread) {
    List<String> notes = new ArrayList<>();
    rows.forEach(row -> notes.add(row.path("prompts").asText("")));
    List<Grid.Column> columns = new ArrayList<>();
    columns.add(column("base", rows, "base", spread, Best.HIGHEST, Text::percent));
    columns.add(column("new", rows, "new", spread, Best.HIGHEST, Text::percent));
    columns.add(column("H", rows, "h", false, Best.HIGHEST, Text::percent));
    if (values(rows, "distance").stream().anyMatch(Double::isFinite)) {
      columns.add(column("distance", rows, "distance", false, Best.NONE, v -> Text.decimals(v, 4)));
    }
    columns.add(column("ms/image", rows, "ms_per_image", false, Best.LOWEST, Text::milliseconds));
    String features = "ms_per_image_with_features";
    columns.add(column("with features", rows, features, false, Best.LOWEST, Text::milliseconds));
    return Grid.of(label, "method", names(rows), notes, columns);
  }

  private static List<String> names(JsonNode rows) {
    List<String> names = new ArrayList<>();
    rows.forEach(row -> names.add(Text.label(Text.title(row), row.path("setting"))));
    return names;
  }

  private static Grid.Column column(
      String title,
      JsonNode rows,
      String key,
      boolean spread,
      Best best,
      DoubleFunction<String> format) {
    List<Double> deviations = spread ? values(rows, key + "_std") : List.of();
    return Grid.numbers(title, values(rows, key), deviations, best, format);
  }

  private static List<Double> values(JsonNode rows, String key) {
    List<Double> values = new ArrayList<>();
    rows.forEach(row -> values.add(Json.number(row.path(key))));
    return values;
  }

  /** Of one data set its three accuracies beside each other; of several, each accuracy by set. */
  private static Charts charts(JsonNode rows, List<JsonNode> sets, Palette palette) {
    List<String> methods = names(rows);
    if (methods.isEmpty()) {
      return new Charts(List.of());
    }
    if (sets.size() < 2) {
      List<List<Double>> series = new ArrayList<>();
      for (JsonNode row : rows) {
        series.add(
            List.of(
                Json.number(row.path("base")),
                Json.number(row.path("new")),
                Json.number(row.path("h"))));
      }
      return new Charts(
          List.of(
              bars(
                  "Accuracy on base and new classes",
                  methods,
                  List.of("base", "new", "H"),
                  series,
                  palette)));
    }
    List<String> names = sets.stream().map(set -> Text.or(set.path("name"), "unnamed")).toList();
    List<Chart> charts = new ArrayList<>();
    for (String measure : List.of("base", "new", "h")) {
      List<List<Double>> series = new ArrayList<>();
      for (int method = 0; method < methods.size(); method++) {
        List<Double> bars = new ArrayList<>();
        for (JsonNode set : sets) {
          bars.add(value(set.path("rows"), methods.get(method), measure));
        }
        series.add(bars);
      }
      String caption =
          measure.equals("h")
              ? "H on each data set"
              : "Accuracy on " + measure + " classes of each data set";
      charts.add(bars(caption, methods, names, series, palette));
    }
    return new Charts(charts);
  }

  private static double value(JsonNode rows, String method, String measure) {
    for (JsonNode row : rows) {
      if (Text.label(Text.title(row), row.path("setting")).equals(method)) {
        return Json.number(row.path(measure));
      }
    }
    return Double.NaN;
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
    List<Grid.Column> columns = new ArrayList<>();
    for (int group = 0; group < groups.size(); group++) {
      int index = group;
      columns.add(
          Grid.numbers(
              groups.get(group),
              series.subList(0, shown).stream().map(bars -> bars.get(index)).toList(),
              Text::percent));
    }
    return new Chart(
        caption + ", in percent" + more,
        new BarPlot("percent", groups, drawn).draw(),
        places,
        Grid.of(caption, "method", methods.subList(0, shown), List.of(), columns));
  }

  /** All methods and seeds are measured on the same test pictures. */
  private static String pictures(JsonNode rows) {
    JsonNode cell = rows.path(0).path("seeds").path(0);
    JsonNode base = cell.path("total_base");
    JsonNode unseen = cell.path("total_new");
    return Text.isFinite(base) && Text.isFinite(unseen)
        ? Text.count(base.asLong(), "test picture")
            + " of base classes, "
            + unseen.asLong()
            + " of new ones."
        : "";
  }
}
