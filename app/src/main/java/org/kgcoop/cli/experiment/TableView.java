package org.kgcoop.cli.experiment;

import static org.kgcoop.cli.console.TextTable.left;
import static org.kgcoop.cli.console.TextTable.number;
import static org.kgcoop.cli.console.TextTable.right;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.github.freva.asciitable.ColumnData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.console.TextTable;
import org.kgcoop.eval.Metrics;
import org.kgcoop.experiment.Experiment;
import org.kgcoop.experiment.MethodSpec;
import org.kgcoop.experiment.Protocol;
import org.kgcoop.method.catalogue.MethodCatalogue;
import org.kgcoop.report.ReportPage;
import org.kgcoop.runs.RunJson;
import org.kgcoop.runs.TableResults;

/** The table of a protocol, for people and for machines. */
final class TableView {
  private final Experiment experiment;
  private final TableResults results;
  private final Path report;

  private TableView(Experiment experiment, TableResults results, Path report) {
    this.experiment = experiment;
    this.results = results;
    this.report = report;
  }

  /** Runs what is missing; writes {@code results.json} and, beside it, {@code report.html}. */
  static TableView run(Experiment experiment, Path out) {
    TableResults results = experiment.run(out);
    Path report = out.resolve("report.html");
    ReportPage.write(List.of(out), List.of(), report);
    return new TableView(experiment, results, report);
  }

  void print(Output output, boolean perSet) {
    if (output.isJson()) {
      output.json(RunJson.tree(results));
      return;
    }
    if (perSet) {
      for (TableResults.OfDataSet set : results.dataSets()) {
        output.line(set.name());
        output.text(text(set.rows()));
        output.line("");
      }
      output.line("all data sets");
    }
    output.text(text(results.rows()));
    output.line("");
    for (TableResults.Cell cell : results.cells()) {
      JsonNode weight = cell.chosen().get("weight");
      if (weight != null) {
        output.line("weight found for " + cell.run() + ": " + weight.asText());
      }
    }
    TableResults.choices(results.cells()).forEach(output::line);
    views().ifPresent(output::line);
    output.line("Report: " + report);
  }

  /** The views of the training images; nothing where none was trained on. */
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
    return MethodCatalogue.parse(JsonNodeFactory.instance.objectNode().put("method", id))
        .trained()
        .orElseThrow()
        .defaults()
        .views();
  }

  private String text(List<TableResults.Row> rows) {
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
    boolean oneSeed = experiment.plan().seeds().size() == 1;
    for (Protocol.Column column : experiment.columns()) {
      String name = column.name();
      // The published table has no deviations.
      boolean mean = baseToNew || oneSeed;
      columns.add(right(column.header(), row -> percent(row.column(name), mean)));
    }
    if (baseToNew) {
      columns.add(right("H", row -> number(row.h())));
    }
    if (swept) {
      columns.add(right("distance", row -> number("%.4f", row.distance())));
    }
    columns.add(right("ms/image", row -> time(row.msPerImage())));
    columns.add(right("with features", row -> time(row.msPerImageWithFeatures())));
    return TextTable.of(rows, columns);
  }

  private static String percent(Metrics.Spread spread, boolean meanAlone) {
    String mean = number(spread.mean());
    return meanAlone ? mean : mean + " ±" + number(spread.standardDeviation());
  }

  private static String time(double ms) {
    return number(ms < 10 ? "%.2f" : "%.0f", ms);
  }
}
