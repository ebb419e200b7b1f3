package org.kgcoop.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.kgcoop.data.DataSet;
import org.kgcoop.eval.Metrics;
import org.kgcoop.experiment.BaseToNew;
import org.kgcoop.experiment.BaseToNewTable;
import org.kgcoop.experiment.Workbench;
import org.kgcoop.report.ReportPage;
import org.kgcoop.tensorboard.EventFile;

/** The table of base-to-new generalisation, for people and for machines. */
final class TableView {
  private final BaseToNewTable table;
  private final ObjectNode results;
  private final Path report;

  private TableView(BaseToNewTable table, ObjectNode results, Path report) {
    this.table = table;
    this.results = results;
    this.report = report;
  }

  /** Runs the protocol; writes {@code results.json} and, beside it, {@code report.html}. */
  static TableView run(Workbench bench, BaseToNew.Plan plan, List<DataSet> sets, Path out) {
    BaseToNew protocol = new BaseToNew(bench, plan);
    BaseToNewTable table = protocol.run(sets, out);
    ObjectNode results = protocol.write(table, sets, out);
    Path report = out.resolve("report.html");
    ReportPage.write(results, report);
    EventFile.below(out);
    return new TableView(table, results, report);
  }

  void print(Output output, boolean perSet) {
    if (output.isJson()) {
      output.json(results);
      return;
    }
    if (perSet) {
      for (String set : table.dataSets()) {
        output.line(set);
        output.line(text(table.rows(set)));
        output.line("");
      }
      output.line("all data sets");
    }
    output.line(text(table.rows()));
    output.line("");
    output.line("Report: " + report);
  }

  private static String text(List<BaseToNewTable.Row> rows) {
    return AsciiTable.builder()
        .border(AsciiTable.NO_BORDERS)
        .data(
            rows,
            List.of(
                left("method").with(BaseToNewTable.Row::title),
                left("prompts").with(BaseToNewTable.Row::prompts),
                right("base").with(row -> percent(row.base())),
                right("new").with(row -> percent(row.unseen())),
                right("H").with(row -> String.format(Locale.ROOT, "%.2f", row.harmonicMean())),
                right("ms/image").with(row -> time(row.time().training())),
                right("with features").with(row -> time(row.time().withFeatures()))))
        .asString();
  }

  private static Column left(String header) {
    return new Column()
        .header(header)
        .headerAlign(HorizontalAlign.LEFT)
        .dataAlign(HorizontalAlign.LEFT);
  }

  private static Column right(String header) {
    return new Column()
        .header(header)
        .headerAlign(HorizontalAlign.RIGHT)
        .dataAlign(HorizontalAlign.RIGHT);
  }

  private static String percent(Metrics.Spread spread) {
    return String.format(Locale.ROOT, "%.2f", spread.mean());
  }

  private static String time(double ms) {
    return Double.isNaN(ms) ? "-" : String.format(Locale.ROOT, ms < 10 ? "%.2f" : "%.0f", ms);
  }
}
