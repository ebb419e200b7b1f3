package org.kgcoop.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.runs.TableResults;

/**
 * The tables and runs that a page shows.
 *
 * @param tables of protocols
 * @param runs that were named alone
 */
record Inputs(List<Table> tables, List<Run> runs) {

  Inputs {
    tables = List.copyOf(tables);
    runs = List.copyOf(runs);
  }

  /**
   * The tables and runs in those folders.
   *
   * @throws KgCoopException of the kind IO where a folder has no results
   */
  static Inputs read(List<Path> folders) {
    List<Table> tables = new ArrayList<>();
    List<Run> runs = new ArrayList<>();
    for (Path folder : folders) {
      if (Run.isOne(folder)) {
        runs.add(new Run(folder));
      } else {
        tables.add(Table.of(TableResults.read(folder).orElseThrow(() -> missing(folder)), folder));
      }
    }
    return new Inputs(tables, runs);
  }

  private static KgCoopException missing(Path folder) {
    return new KgCoopException(
        KgCoopException.Category.IO,
        folder
            + (Files.isDirectory(folder) ? ": no results here" : ": there is no such folder")
            + "; expected one that train or a protocol such as base2new wrote, with run.json or"
            + " results.json");
  }

  /** All measurements of tables and runs. */
  List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    tables.forEach(table -> cells.addAll(table.cells()));
    runs.forEach(run -> cells.add(Cell.of(run)));
    return cells;
  }
}
