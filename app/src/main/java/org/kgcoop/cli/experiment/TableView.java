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
import java.util.Optional;
import java.util.Set;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.console.TextTable;
import org.kgcoop.eval.Metrics;
import org.kgcoop.experiment.BaseToNew;
import org.kgcoop.experiment.Cell;
import org.kgcoop.experiment.Contender;
import org.kgcoop.experiment.Experiment;
import org.kgcoop.experiment.Protocol;
import org.kgcoop.experiment.ProtocolTable;
import org.kgcoop.report.ReportPage;
import org.kgcoop.tensorboard.EventFile;

/** The table of a protocol, for people and for machines. */
final class TableView {
  private final ProtocolTable table;
  private final ObjectNode results;
  private final Path report;
  private final boolean deviations;

  private TableView(ProtocolTable table, ObjectNode results, Path report, boolean deviations) {
    this.table = table;
    this.results = results;
    this.report = report;
    this.deviations = deviations;
  }

  /** Runs what is missing; writes {@code results.json} and, beside it, {@code report.html}. */
  static TableView run(Experiment experiment, Path out) {
    Experiment.Outcome outcome = experiment.run(out);
    Path report = out.resolve("report.html");
    ReportPage.write(outcome.json(), report);
    EventFile.below(out);
    boolean deviations = experiment.plan().seeds().size() > 1;
    return new TableView(outcome.table(), outcome.json(), report, deviations);
  }

  void print(Output output, boolean perSet) {
    if (output.isJson()) {
      output.json(results);
      return;
    }
    if (perSet) {
      for (String set : table.dataSets()) {
        output.line(set);
        output.text(text(table.rows(set)));
        output.line("");
      }
      output.line("all data sets");
    }
    output.text(text(table.rows()));
    output.line("");
    for (Cell cell : table.cells()) {
      JsonNode weight = cell.chosen().get("weight");
      if (weight != null) {
        output.line("weight found for " + cell.run() + ": " + weight.asText());
      }
    }
    views().ifPresent(output::line);
    output.line("Report: " + report);
  }

  /** The views of the training pictures; nothing where none was trained on. */
  private Optional<String> views() {
    Set<String> kinds = new LinkedHashSet<>();
    for (JsonNode method : results.path("settings").path("methods")) {
      JsonNode augment = method.path("training").path("augment");
      if (augment.isTextual()) {
        kinds.add(augment.asText());
      }
    }
    if (kinds.isEmpty()) {
      return Optional.empty();
    }
    boolean published = kinds.equals(Set.of("online"));
    return Optional.of(
        "views of training pictures: "
            + String.join(", ", kinds)
            + (published ? ", as published" : " (published: online, see --published)"));
  }

  private String text(List<ProtocolTable.Row> rows) {
    boolean swept = rows.stream().anyMatch(row -> !row.setting().isEmpty());
    boolean baseToNew = table.protocol() instanceof BaseToNew;
    List<ColumnData<ProtocolTable.Row>> columns = new ArrayList<>();
    columns.add(left("method", ProtocolTable.Row::title));
    if (swept) {
      columns.add(left("setting", row -> Contender.text(row.setting())));
    }
    if (baseToNew) {
      columns.add(left("prompts", ProtocolTable.Row::prompts));
    }
    for (Protocol.Column column : table.columns()) {
      String name = column.name();
      // The published table has no deviations.
      boolean mean = baseToNew || !deviations;
      columns.add(right(column.header(), row -> percent(row.column(name), mean)));
    }
    if (baseToNew) {
      columns.add(right("H", row -> number(BaseToNew.harmonicMean(row))));
    }
    if (swept) {
      columns.add(right("distance", row -> number("%.4f", row.distance())));
    }
    columns.add(right("ms/image", row -> time(row.time().training())));
    columns.add(right("with features", row -> time(row.time().withFeatures())));
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
