package org.kgcoop.report;

import java.nio.file.Path;
import java.util.List;
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

  /** Whether its rows have accuracies on base and new classes. */
  boolean isBaseToNew() {
    return protocol().equals("base2new")
        || rows().stream()
            .limit(1)
            .anyMatch(row -> !Double.isNaN(row.base()) || !Double.isNaN(row.newAccuracy()));
  }
}
