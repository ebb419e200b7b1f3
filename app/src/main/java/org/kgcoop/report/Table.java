package org.kgcoop.report;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.kgcoop.eval.Metrics.Spread;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.RunState;
import org.kgcoop.runs.TableResults;

/**
 * The results of a protocol.
 *
 * @param name of the folder, or a longer one that tells it from others
 * @param state complete where no run is to come
 * @param underWay runs that were begun and have no end
 * @param files that change while it is under way
 */
record Table(
    String name,
    TableResults results,
    RunState state,
    List<Cell> cells,
    List<Cell> underWay,
    List<Path> files) {

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
        Cell.of(results.cells(), folder),
        Cell.of(results.pending(), folder).stream().filter(Cell::isUnderWay).toList(),
        List.of(folder.resolve(TableResults.SO_FAR), folder.resolve(RunResults.FILE)));
  }

  String protocol() {
    return results.protocol();
  }

  List<TableResults.Row> rows() {
    return results.rows();
  }

  /** True if there are several seeds, so that means have deviations. */
  boolean hasSpread() {
    return results.settings().path("seeds").size() != 1;
  }

  /** A column of accuracies, with their deviations where there are several seeds. */
  ReportTable.Column accuracies(
      String title, List<TableResults.Row> rows, Function<TableResults.Row, Spread> accuracy) {
    List<Spread> spreads = rows.stream().map(accuracy).toList();
    return ReportTable.numbers(
        title,
        spreads.stream().map(Spread::mean).toList(),
        hasSpread() ? spreads.stream().map(Spread::standardDeviation).toList() : List.of(),
        ReportTable.Best.HIGHEST,
        Text::percent);
  }

  /** True if the rows have accuracies on base and new classes. */
  boolean isBaseToNew() {
    return protocol().equals("base2new")
        || rows().stream()
            .limit(1)
            .anyMatch(row -> !Double.isNaN(row.base()) || !Double.isNaN(row.newAccuracy()));
  }
}
