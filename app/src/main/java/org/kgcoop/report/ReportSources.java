package org.kgcoop.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.runs.TableResults;
import org.kgcoop.tables.StoredRun;

/**
 * The tables and runs that a page shows.
 *
 * @param tables the tables of protocols
 * @param runs the single runs, and the runs of tables that have no results yet
 */
record ReportSources(List<ProtocolResults> tables, List<StoredRun> runs) {

  ReportSources {
    tables = List.copyOf(tables);
    runs = List.copyOf(runs);
  }

  /**
   * Reads the complete and unfinished tables and runs in some folders.
   *
   * @throws KgCoopException of the kind IO if a folder contains neither
   */
  static ReportSources read(List<Path> folders) {
    List<ProtocolResults> tables = new ArrayList<>();
    List<StoredRun> runs = new ArrayList<>();
    for (Path folder : folders) {
      Optional<TableResults> table =
          StoredRun.isRunFolder(folder) ? Optional.empty() : TableResults.readSoFar(folder);
      if (StoredRun.isRunFolder(folder)) {
        runs.add(StoredRun.of(folder));
      } else if (table.isPresent()) {
        tables.add(ProtocolResults.of(table.get(), folder));
      } else if (RunFolders.isTable(folder)) {
        RunFolders.runsBelow(folder).forEach(run -> runs.add(StoredRun.of(run)));
      } else {
        throw missing(folder);
      }
    }
    return new ReportSources(tables, runs);
  }

  private static KgCoopException missing(Path folder) {
    return new KgCoopException(
        KgCoopException.Category.IO,
        folder
            + (Files.isDirectory(folder) ? ": no results here" : ": there is no such folder")
            + "; expected a folder that train or a protocol such as base2new wrote, with run.json or"
            + " results.json");
  }

  /** Returns all runs of tables and all single runs. */
  List<StoredRun> all() {
    return Stream.concat(tables.stream().flatMap(table -> table.runs().stream()), runs.stream())
        .toList();
  }
}
