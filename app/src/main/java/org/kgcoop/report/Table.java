package org.kgcoop.report;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.kgcoop.eval.Metrics.Spread;
import org.kgcoop.runs.TableResults;

/**
 * The results of a protocol.
 *
 * @param name of the folder
 */
record Table(String name, TableResults results, List<Cell> cells) {

  static Table of(TableResults results, Path folder) {
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return new Table(name == null ? "" : name.toString(), results, Cell.of(results, folder));
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
  Grid.Column accuracies(
      String title, List<TableResults.Row> rows, Function<TableResults.Row, Spread> accuracy) {
    List<Spread> spreads = rows.stream().map(accuracy).toList();
    return Grid.numbers(
        title,
        spreads.stream().map(Spread::mean).toList(),
        hasSpread() ? spreads.stream().map(Spread::standardDeviation).toList() : List.of(),
        Grid.Best.HIGHEST,
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
