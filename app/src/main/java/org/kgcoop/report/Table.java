package org.kgcoop.report;

import java.nio.file.Path;
import java.util.List;
import org.kgcoop.eval.Metrics.Spread;
import org.kgcoop.runs.Measure;
import org.kgcoop.runs.Measurement;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.RunState;
import org.kgcoop.runs.TableResults;
import org.kgcoop.tables.StoredRun;

/**
 * The results of a protocol.
 *
 * @param name the name of the folder, or a longer path if two folders have the same name
 * @param state the state of the table, which is complete if no run remains
 * @param underWay the runs that started and are not complete
 * @param files the files that change while runs are in progress
 */
record Table(
    String name,
    TableResults results,
    RunState state,
    List<StoredRun> runs,
    List<StoredRun> underWay,
    List<Path> files) {

  static List<StoredRun> runs(List<Measurement> measurements, Path folder) {
    return measurements.stream().map(each -> StoredRun.of(each, folder)).toList();
  }

  static Table of(TableResults results, Path folder) {
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return of(results, folder, name == null ? "" : name.toString());
  }

  static Table of(TableResults results, Path folder, String name) {
    RunState state =
        results.pending().isEmpty()
            ? RunState.COMPLETE
            : RunFolders.isInUse(folder) ? RunState.RUNNING : RunState.STOPPED;
    return new Table(
        name,
        results,
        state,
        runs(results.cells(), folder),
        runs(results.pending(), folder).stream().filter(StoredRun::isUnderWay).toList(),
        List.of(folder.resolve(TableResults.SO_FAR), folder.resolve(RunResults.FILE)));
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
