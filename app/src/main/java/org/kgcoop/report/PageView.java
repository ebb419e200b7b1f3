package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * All that stands on the page of a base-to-new run.
 *
 * @param summary a sentence that says what was compared
 * @param heading of the first table
 * @param dataSets a part each; none where there is one data set, since the first table is its own
 * @param deviations whether there are any
 */
record PageView(
    String summary,
    String heading,
    ResultTable table,
    List<Bars> chart,
    List<DataSetPart> dataSets,
    SettingsView settings,
    boolean deviations) {

  /**
   * The results on one data set.
   *
   * @param pictures how many were tested, in words; empty where that is unknown
   */
  record DataSetPart(String name, String pictures, ResultTable table) {}

  static PageView of(JsonNode results) {
    JsonNode rows = results.path("rows");
    List<String> seeds = seeds(results);
    boolean deviations = seeds.size() != 1;
    List<DataSetPart> parts = new ArrayList<>();
    for (JsonNode set : results.path("data_sets")) {
      String name = Text.or(set.path("name"), "unnamed");
      JsonNode ofSet = set.path("rows");
      parts.add(new DataSetPart(name, pictures(ofSet), ResultTable.of(name, ofSet, deviations)));
    }
    String heading =
        parts.size() == 1 ? "Results on " + parts.get(0).name() : "Means over all data sets";
    return new PageView(
        summary(rows, results.path("settings").path("shots"), seeds, parts),
        heading,
        ResultTable.of(heading, rows, deviations),
        Bars.of(rows),
        parts.size() == 1 ? List.of() : parts,
        SettingsView.of(results),
        deviations);
  }

  private static String summary(
      JsonNode rows, JsonNode shots, List<String> seeds, List<DataSetPart> sets) {
    List<String> methods = new ArrayList<>();
    rows.forEach(row -> methods.add(ResultTable.title(row)));
    List<String> names = sets.stream().map(DataSetPart::name).toList();
    StringBuilder summary = new StringBuilder(methods.isEmpty() ? "Nothing" : Text.list(methods));
    summary.append(methods.size() > 1 ? " compared" : " measured");
    if (names.size() == 1) {
      summary.append(" on the data set ").append(names.get(0));
    } else if (!names.isEmpty()) {
      summary.append(" on ").append(names.size()).append(" data sets, ").append(Text.list(names));
    }
    List<String> with = new ArrayList<>();
    if (Text.isFinite(shots)) {
      with.add(Text.count(shots.asLong(), "training picture") + " a class");
    }
    if (!seeds.isEmpty()) {
      with.add((seeds.size() == 1 ? "seed " : "seeds ") + Text.list(seeds));
    }
    if (!with.isEmpty()) {
      summary.append(names.size() > 1 ? ", with " : " with ").append(Text.list(with));
    }
    return summary.append('.').toString();
  }

  /** As the settings state them, else those that were measured. */
  private static List<String> seeds(JsonNode results) {
    Set<String> seeds = new LinkedHashSet<>();
    results.path("settings").path("seeds").forEach(seed -> seeds.add(seed.asText()));
    if (seeds.isEmpty()) {
      for (JsonNode set : results.path("data_sets")) {
        for (JsonNode row : set.path("rows")) {
          row.path("seeds").forEach(cell -> seeds.add(cell.path("seed").asText()));
        }
      }
    }
    return List.copyOf(seeds);
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
