package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A table with a row a method.
 *
 * @param label what it is about, for those who do not see it
 */
record ResultTable(String label, List<Row> rows) {

  /** A method and its numbers. */
  record Row(
      String method,
      String prompts,
      Figure base,
      Figure unseen,
      Figure harmonicMean,
      String time) {}

  /**
   * A number of the table.
   *
   * @param deviation over seeds; empty where there is none to show
   * @param best whether none of its column is better
   */
  record Figure(String mean, String deviation, boolean best) {}

  /**
   * A table of those rows.
   *
   * @param spread whether deviations are shown
   */
  static ResultTable of(String label, JsonNode rows, boolean spread) {
    Column base = new Column(rows, "base", spread);
    Column unseen = new Column(rows, "new", spread);
    Column harmonicMean = new Column(rows, "h", false);
    List<Row> views = new ArrayList<>();
    for (JsonNode row : rows) {
      views.add(
          new Row(
              title(row),
              Text.any(row.path("prompts")),
              base.of(row),
              unseen.of(row),
              harmonicMean.of(row),
              Text.milliseconds(row.path("ms_per_image"))));
    }
    return new ResultTable(label, views);
  }

  /** The name of a row's method as people write it. */
  static String title(JsonNode row) {
    return Text.or(row.path("title"), Text.or(row.path("method"), "unnamed"));
  }

  /** One measure of all methods. */
  private static final class Column {
    private final String key;
    private final boolean spread;
    private final String best;

    Column(JsonNode rows, String key, boolean spread) {
      this.key = key;
      this.spread = spread;
      List<JsonNode> values = new ArrayList<>();
      rows.forEach(row -> values.add(row.path(key)));
      // Equal as shown is equally good; where there is one number alone, none is best.
      best =
          values.stream().filter(Text::isFinite).count() < 2
              ? ""
              : values.stream()
                  .filter(Text::isFinite)
                  .max(Comparator.comparingDouble(JsonNode::asDouble))
                  .map(Text::percent)
                  .orElse("");
    }

    Figure of(JsonNode row) {
      String mean = Text.percent(row.path(key));
      JsonNode deviation = row.path(key + "_std");
      return new Figure(
          mean,
          spread && Text.isFinite(deviation) ? Text.percent(deviation) : "",
          mean.equals(best));
    }
  }
}
