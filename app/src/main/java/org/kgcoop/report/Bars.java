package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The bars of one method in the chart: base, new and H. */
record Bars(String method, List<Bar> bars) {

  /**
   * One bar.
   *
   * @param kind {@code base}, {@code new} or {@code h}, as style sheets know it
   * @param width in percent of the longest possible bar
   * @param description the whole of it in words
   */
  record Bar(String kind, String label, String value, String width, String description) {}

  static List<Bars> of(JsonNode rows) {
    List<Bars> chart = new ArrayList<>();
    for (JsonNode row : rows) {
      String method = ResultTable.title(row);
      chart.add(
          new Bars(
              method,
              List.of(
                  bar(method, "base", "base", row.path("base")),
                  bar(method, "new", "new", row.path("new")),
                  bar(method, "h", "H", row.path("h")))));
    }
    return chart;
  }

  private static Bar bar(String method, String kind, String label, JsonNode value) {
    String percent = Text.percent(value);
    double length = Text.isFinite(value) ? Math.max(0, Math.min(100, value.asDouble())) : 0;
    return new Bar(
        kind,
        label,
        percent,
        String.format(Locale.ROOT, "%.2f", length),
        method + ", " + label + ": " + percent);
  }
}
