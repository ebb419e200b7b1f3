package org.kgcoop.cli.experiment;

import static org.kgcoop.cli.console.TextTable.left;
import static org.kgcoop.cli.console.TextTable.number;
import static org.kgcoop.cli.console.TextTable.right;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.freva.asciitable.ColumnData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.console.TextTable;
import org.kgcoop.cli.options.ColumnOptions;
import org.kgcoop.eval.Metrics;
import org.kgcoop.experiment.Experiment;
import org.kgcoop.experiment.MethodSpec;
import org.kgcoop.experiment.Protocol;
import org.kgcoop.report.ReportPage;
import org.kgcoop.runs.Measure;
import org.kgcoop.runs.Measurement;
import org.kgcoop.runs.RunJson;
import org.kgcoop.runs.TableResults;

/** The printed table of a protocol, as text or as JSON. */
final class TableView {
  private final Experiment experiment;
  private final TableResults results;
  private final Path report;

  private TableView(Experiment experiment, TableResults results, Path report) {
    this.experiment = experiment;
    this.results = results;
    this.report = report;
  }

  /** Performs the missing runs, and writes {@code results.json} and {@code report.html}. */
  static TableView run(Experiment experiment, Path out) {
    TableResults results = experiment.run(out);
    Path report = out.resolve("report.html");
    ReportPage.write(List.of(out), List.of(), report);
    return new TableView(experiment, results, report);
  }

  private static final String MS = "ms_per_image";
  private static final String MS_WITH_FEATURES = "ms_per_image_with_features";

  /** Returns the names of the columns to print. */
  static List<String> columns(Experiment experiment, ColumnOptions choice) {
    List<String> available = new ArrayList<>();
    List<String> shown = new ArrayList<>();
    boolean swept = experiment.plan().specs().stream().anyMatch(s -> !s.setting().keys().isEmpty());
    for (Protocol.Column column : experiment.columns()) {
      available.add(column.name());
      if (column.isShown() || (swept && column.name().equals(Measure.DISTANCE.id()))) {
        shown.add(column.name());
      }
    }
    for (String time : List.of(MS, MS_WITH_FEATURES)) {
      available.add(time);
      shown.add(time);
    }
    return choice.choose(available, shown);
  }

  void print(Output output, List<String> columns, boolean perSet) {
    if (output.isJson()) {
      output.json(RunJson.tree(results));
      return;
    }
    if (perSet) {
      for (TableResults.OfDataSet set : results.dataSets()) {
        output.print(set.name());
        output.text(text(set.rows(), columns));
        output.print("");
      }
      output.print("all data sets");
    }
    output.text(text(results.rows(), columns));
    output.print("");
    for (Measurement cell : results.cells()) {
      JsonNode weight = cell.results().chosen().get("weight");
      if (weight != null) {
        output.print("weight found for " + cell.run() + ": " + weight.asText());
      }
    }
    TableResults.choices(results.cells()).forEach(output::print);
    views().ifPresent(output::print);
    output.print("Report: " + report);
  }

  /** Describes the views of the training images. The result is empty if no method was trained. */
  private Optional<String> views() {
    Set<String> kinds = new LinkedHashSet<>();
    Set<String> published = new LinkedHashSet<>();
    for (JsonNode method : results.settings().path("methods")) {
      JsonNode augment = method.path("training").path("augment");
      if (augment.isTextual()) {
        kinds.add(augment.asText());
        published.add(publishedViews(method.path("method").path("method").asText()));
      }
    }
    if (kinds.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "views of training images: "
            + String.join(", ", kinds)
            + (kinds.equals(published)
                ? ", as published"
                : " (published: " + String.join(", ", published) + ", see --published)"));
  }

  private static String publishedViews(String id) {
    return MethodRegistry.of(id).withDefaults().trained().orElseThrow().defaults().views();
  }

  private String text(List<TableResults.Row> rows, List<String> names) {
    boolean swept = rows.stream().anyMatch(row -> !row.setting().isEmpty());
    boolean baseToNew = experiment.isBaseToNew();
    List<ColumnData<TableResults.Row>> columns = new ArrayList<>();
    columns.add(left("method", TableResults.Row::title));
    if (swept) {
      columns.add(left("setting", row -> MethodSpec.text(row.setting())));
    }
    if (baseToNew) {
      columns.add(left("prompts", TableResults.Row::prompts));
    }
    // The published base-to-new table has no deviations.
    boolean mean = baseToNew || experiment.plan().seeds().size() == 1;
    for (String name : names) {
      columns.add(
          switch (name) {
            case MS -> right("ms/image", row -> time(row.msPerImage()));
            case MS_WITH_FEATURES ->
                right("with features", row -> time(row.msPerImageWithFeatures()));
            default -> column(name, mean);
          });
    }
    return TextTable.of(rows, columns);
  }

  private ColumnData<TableResults.Row> column(String name, boolean meanAlone) {
    Protocol.Column column =
        experiment.columns().stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow();
    String format = column.isPercent() ? "%.2f" : "%.4f";
    return right(
        column.header(),
        row -> {
          Metrics.Spread spread = row.column(name);
          String mean = number(format, spread.mean());
          return meanAlone || Double.isNaN(spread.standardDeviation())
              ? mean
              : mean + " ±" + number(format, spread.standardDeviation());
        });
  }

  private static String time(double ms) {
    return number(ms < 10 ? "%.2f" : "%.0f", ms);
  }
}
