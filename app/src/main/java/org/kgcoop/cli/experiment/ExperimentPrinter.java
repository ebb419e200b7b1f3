package org.kgcoop.cli.experiment;

import static org.kgcoop.cli.console.TextTable.left;
import static org.kgcoop.cli.console.TextTable.number;
import static org.kgcoop.cli.console.TextTable.right;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.freva.asciitable.ColumnData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.console.TextTable;
import org.kgcoop.cli.options.ColumnOptions;
import org.kgcoop.eval.Metrics;
import org.kgcoop.files.Json;
import org.kgcoop.report.ReportPage;
import org.kgcoop.runs.Metric;
import org.kgcoop.runs.ProtocolKind;
import org.kgcoop.runs.ProtocolKind.Columns;
import org.kgcoop.runs.TableCell;
import org.kgcoop.runs.TableResults;
import org.kgcoop.tables.ProtocolTable;
import org.kgcoop.tables.ProtocolTable.Row;
import org.kgcoop.trial.EvaluationSet;
import org.kgcoop.trial.Experiment;
import org.kgcoop.trial.Recipe;

/** The printed table of a protocol, as text or as JSON. */
final class ExperimentPrinter {
  private static final String MS = "ms_per_image";
  private static final String MS_WITH_FEATURES = "ms_per_image_with_features";

  private final TableResults results;
  private final ProtocolTable table;
  private final Path out;

  ExperimentPrinter(TableResults results, Path out) {
    this.results = results;
    this.table = ProtocolTable.of(results, out);
    this.out = out;
  }

  /**
   * Returns the names of the columns to print.
   *
   * @throws org.kgcoop.KgCoopException of the kind CONFIGURATION if a chosen column does not exist
   */
  static List<String> columns(Experiment experiment, ColumnOptions choice) {
    String protocol = experiment.protocol().id();
    List<String> targets =
        ProtocolKind.of(protocol).columns() == Columns.SHOTS
            ? experiment.plan().shots().stream().map(String::valueOf).toList()
            : experiment.trials().stream()
                .flatMap(trial -> trial.targets().stream().map(EvaluationSet::name))
                .distinct()
                .toList();
    List<String> shown = new ArrayList<>(ProtocolTable.accuracies(protocol, targets));
    if (ProtocolKind.of(protocol).columns() == Columns.HALVES) {
      shown.addAll(List.of(Metric.JOINT_H.id(), Metric.ECE.id()));
    }
    if (experiment.trials().stream().anyMatch(t -> !t.recipe().setting().keys().isEmpty())) {
      shown.add(Metric.DISTANCE.id());
    }
    List<String> times = List.of(MS, MS_WITH_FEATURES);
    shown.addAll(times);
    List<String> available = new ArrayList<>(ProtocolTable.columns(protocol, targets));
    available.addAll(times);
    return choice.choose(available, shown);
  }

  /** Writes {@code report.html}, and prints the table. */
  void print(Output output, List<String> columns, boolean perSet) {
    Path report = out.resolve("report.html");
    ReportPage.write(List.of(out), List.of(), report);
    output.json(Json.tree(Map.of("rows", table.rows())).<ObjectNode>setAll(Json.tree(results)));
    if (perSet) {
      for (String dataSet : table.dataSets()) {
        output.print(dataSet);
        output.text(text(table.of(dataSet), columns));
        output.print("");
      }
      output.print("all data sets");
    }
    output.text(text(table, columns));
    output.print("");
    for (TableCell cell : results.cells()) {
      Object weight = cell.results().chosen().get("weight");
      if (weight != null) {
        output.print("weight found for " + cell.run() + ": " + weight);
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
    String others =
        kinds.equals(published)
            ? ", as published"
            : " (published: " + String.join(", ", published) + ", see --published)";
    return Optional.of("views of training images: " + String.join(", ", kinds) + others);
  }

  private static String publishedViews(String id) {
    return MethodRegistry.of(id).withDefaults().trained().orElseThrow().defaults().views();
  }

  private String text(ProtocolTable shown, List<String> names) {
    List<Row> rows = shown.rows();
    boolean baseToNew = ProtocolKind.of(results.protocol()).columns() == Columns.HALVES;
    List<ColumnData<Row>> columns = new ArrayList<>();
    columns.add(left("method", Row::title));
    if (rows.stream().anyMatch(row -> !row.setting().isEmpty())) {
      columns.add(left("setting", row -> Recipe.text(row.setting())));
    }
    if (baseToNew) {
      columns.add(left("prompts", Row::prompts));
    }
    // The published base-to-new table has no deviations.
    boolean hasDeviations = !baseToNew && results.settings().path("seeds").size() > 1;
    for (String name : names) {
      columns.add(
          switch (name) {
            case MS -> right("ms/image", row -> time(row.msPerImage()));
            case MS_WITH_FEATURES ->
                right("with features", row -> time(row.msPerImageWithFeatures()));
            default -> right(shown.header(name), row -> cell(row, name, hasDeviations));
          });
    }
    return TextTable.of(rows, columns);
  }

  private static String cell(Row row, String column, boolean hasDeviation) {
    String format = Metric.ofColumn(column).map(Metric::isPercent).orElse(true) ? "%.2f" : "%.4f";
    Metrics.Spread spread = row.column(column);
    String mean = number(format, spread.mean());
    return hasDeviation && !Double.isNaN(spread.standardDeviation())
        ? mean + " ±" + number(format, spread.standardDeviation())
        : mean;
  }

  private static String time(double ms) {
    return number(ms < 10 ? "%.2f" : "%.0f", ms);
  }
}
