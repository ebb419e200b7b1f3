package org.kgcoop.report;

import java.nio.file.Path;
import java.util.List;
import org.kgcoop.eval.Metrics.Spread;
import org.kgcoop.runs.Measure;
import org.kgcoop.runs.TableResults;
import org.kgcoop.tables.StoredRun;

/**
 * The results of a protocol.
 *
 * @param name the name of the folder, or a longer path if two folders have the same name
 */
record Table(String name, TableResults results, List<StoredRun> runs) {

  static Table of(TableResults results, Path folder) {
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return of(results, folder, name == null ? "" : name.toString());
  }

  static Table of(TableResults results, Path folder, String name) {
    return new Table(name, results, runs(results, folder));
  }

  static List<StoredRun> runs(TableResults results, Path folder) {
    return results.cells().stream().map(cell -> StoredRun.of(cell, folder)).toList();
  }

  /** Returns true if no run of the table remains. */
  boolean isComplete() {
    return results.pending().isEmpty();
  }

  String protocol() {
    return results.protocol();
  }

  List<TableResults.Row> rows() {
    return results.rows();
  }

  /** Returns true if there are several seeds, so that means have deviations. */
  boolean hasSpread() {
    return results.settings().path("seeds").size() != 1;
  }

  /** Returns a column of accuracies or of a measure, with deviations if there are several seeds. */
  ReportTable.Column column(String title, List<TableResults.Row> rows, String name) {
    Measure measure = Measure.ofColumn(name).orElse(null);
    boolean isPercent = measure == null || measure.isPercent();
    List<Spread> spreads = rows.stream().map(row -> row.column(name)).toList();
    return ReportTable.numbers(
        title,
        spreads.stream().map(Spread::mean).toList(),
        hasSpread() && measure != Measure.DISTANCE
            ? spreads.stream().map(Spread::standardDeviation).toList()
            : List.of(),
        measure == null ? Measure.Best.HIGHEST : measure.best(),
        value -> Text.decimals(value, isPercent ? 2 : 4));
  }

  /** Returns true if the table has base and new accuracies, even if its protocol is unknown. */
  boolean isBaseToNew() {
    return protocol().equals("base2new") || protocol().isEmpty();
  }
}
