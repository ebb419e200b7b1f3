package org.kgcoop.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kgcoop.report.Block.Figures;
import org.kgcoop.report.Block.Words;
import org.kgcoop.runs.TableResults;

/** Learned on one data set, measured on others: of other classes, or of the same seen otherwise. */
final class TransferSection {
  private static final String AVERAGE = "average";

  private TransferSection() {}

  static Optional<Section> of(Table table, String id, String name) {
    boolean domain = table.protocol().equals("domain");
    if (!(domain || table.protocol().equals("cross")) || table.rows().isEmpty()) {
      return Optional.empty();
    }
    String source = table.cells().isEmpty() ? "" : table.cells().get(0).dataSet();
    List<String> names =
        table.rows().get(0).columns().stream().map(TableResults.Column::name).toList();
    List<ReportTable.Column> columns = new ArrayList<>();
    for (String column : names) {
      // The average of one is that one.
      if (!column.equals(AVERAGE) || names.size() > 3) {
        String title = column.equals(source) ? column + " (source)" : column;
        columns.add(table.accuracies(title, table.rows(), row -> row.column(column)));
      }
    }
    String learned = "Learned on " + source;
    ReportTable grid =
        ReportTable.of(
            learned, "method", table.rows().stream().map(Text::label).toList(), List.of(), columns);
    String words =
        learned
            + ". "
            + BaseToNewSection.key(table)
            + " The average leaves out the data set that was learned on.";
    return Optional.of(
        new Section(
            id,
            name + (domain ? "Domain generalization" : "Transfer to other data sets"),
            List.of(new Figures(grid), new Words(words))));
  }
}
