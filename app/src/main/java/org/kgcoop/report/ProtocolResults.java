package org.kgcoop.report;

import java.nio.file.Path;
import java.util.List;
import org.kgcoop.eval.Metrics.Spread;
import org.kgcoop.runs.Metric;
import org.kgcoop.runs.ProtocolKind;
import org.kgcoop.runs.TableResults;
import org.kgcoop.tables.ProtocolTable;
import org.kgcoop.tables.ProtocolTable.Row;
import org.kgcoop.tables.StoredRun;

/**
 * The results of a protocol in a folder.
 *
 * @param name the name of the folder
 */
record ProtocolResults(
    String name, TableResults results, List<StoredRun> runs, ProtocolTable table) {

  static ProtocolResults of(TableResults results, Path folder) {
    Path name = folder.toAbsolutePath().normalize().getFileName();
    List<StoredRun> runs = ProtocolTable.runs(results, folder);
    return new ProtocolResults(
        name == null ? "" : name.toString(),
        results,
        runs,
        new ProtocolTable(results.protocol(), runs));
  }

  ProtocolKind protocol() {
    return ProtocolKind.of(results.protocol());
  }

  List<Row> rows() {
    return table.rows();
  }

  /** Returns true if there are several seeds, so that means have deviations. */
  boolean hasSpread() {
    return results.settings().path("seeds").size() != 1;
  }

  /** Returns a column of accuracies or of a metric, with deviations if there are several seeds. */
  ReportTable.Column column(String title, List<Row> rows, String name) {
    Metric metric = Metric.ofColumn(name).orElse(null);
    boolean isPercent = metric == null || metric.isPercent();
    List<Spread> spreads = rows.stream().map(row -> row.column(name)).toList();
    return ReportTable.numbers(
        title,
        spreads.stream().map(Spread::mean).toList(),
        hasSpread() && metric != Metric.DISTANCE
            ? spreads.stream().map(Spread::standardDeviation).toList()
            : List.of(),
        metric == null ? Metric.Best.HIGHEST : metric.best(),
        value -> Formats.decimals(value, isPercent ? 2 : 4));
  }
}
