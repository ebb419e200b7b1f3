package org.kgcoop.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.EventLog;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.runs.RunProgress;
import org.kgcoop.runs.RunRecord;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.RunState;
import org.kgcoop.runs.TableResults;
import org.kgcoop.tables.StoredRun;

/**
 * The tables and runs that a page shows.
 *
 * @param tables the tables of protocols
 * @param runs the single runs, and the runs of tables that have no results yet
 * @param whole false if a table has no results file yet
 */
record ReportSources(List<Table> tables, List<StoredRun> runs, boolean whole) {

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
    List<Table> tables = new ArrayList<>();
    List<StoredRun> runs = new ArrayList<>();
    boolean whole = true;
    for (Path folder : folders) {
      Optional<TableResults> table =
          StoredRun.isRunFolder(folder) ? Optional.empty() : TableResults.readSoFar(folder);
      if (StoredRun.isRunFolder(folder)) {
        runs.add(StoredRun.of(folder));
      } else if (table.isPresent()) {
        tables.add(Table.of(table.get(), folder));
      } else if (RunFolders.isTable(folder)) {
        RunFolders.runsBelow(folder).forEach(run -> runs.add(StoredRun.of(run)));
        whole = false;
      } else {
        throw missing(folder);
      }
    }
    return new ReportSources(tables, runs, whole);
  }

  /** Returns true if a folder contains a table or a run. */
  static boolean isThere(Path folder) {
    return StoredRun.isRunFolder(folder)
        || TableResults.readSoFar(folder).isPresent()
        || RunFolders.isTable(folder);
  }

  private static KgCoopException missing(Path folder) {
    return new KgCoopException(
        KgCoopException.Category.IO,
        folder
            + (Files.isDirectory(folder) ? ": no results here" : ": there is no such folder")
            + "; expected a folder that train or a protocol such as base2new wrote, with run.json or"
            + " results.json; --watch waits for it");
  }

  /** Returns all runs of tables and all single runs. */
  List<StoredRun> all() {
    return Stream.concat(tables.stream().flatMap(table -> table.runs().stream()), runs.stream())
        .toList();
  }

  /**
   * Returns the runs that have a log. Runs in progress come first, because users watch their
   * curves.
   */
  List<StoredRun> trained() {
    return Stream.concat(tables.stream().flatMap(t -> t.underWay().stream()), all().stream())
        .toList();
  }

  /** Returns the runs that started and are not complete. */
  List<StoredRun> underWay() {
    return Stream.concat(
            tables.stream().flatMap(table -> table.underWay().stream()),
            runs.stream().filter(run -> run.state() != RunState.COMPLETE))
        .toList();
  }

  /** Returns true if a process works on one of the runs. */
  boolean isRunning() {
    return states().anyMatch(state -> state == RunState.RUNNING);
  }

  /** Returns true if all tables and runs are complete. */
  boolean isComplete() {
    return whole && states().allMatch(state -> state == RunState.COMPLETE);
  }

  private Stream<RunState> states() {
    return Stream.of(
            tables.stream().map(Table::state),
            tables.stream().flatMap(table -> table.underWay().stream()).map(StoredRun::state),
            runs.stream().map(StoredRun::state))
        .flatMap(states -> states);
  }

  /** Returns a text that changes if the page would change. */
  String stamp() {
    StringBuilder stamp = new StringBuilder();
    states().forEach(state -> stamp.append(state).append('\n'));
    Stream.of(
            tables.stream().flatMap(table -> table.files().stream()),
            Stream.concat(underWay().stream(), runs.stream())
                .filter(StoredRun::hasFolder)
                .flatMap(run -> files(run.path()).stream()))
        .flatMap(files -> files)
        .forEach(file -> stamp.append(stamp(file)));
    return stamp.toString();
  }

  /** Returns the files that a page is made from and that change during a run. */
  private static List<Path> files(Path run) {
    return Stream.of(
            RunRecord.FILE, AdaptRecord.FILE, RunProgress.FILE, EventLog.FILE, RunResults.FILE)
        .map(run::resolve)
        .toList();
  }

  private static String stamp(Path file) {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return "%s %s %s%n".formatted(file, now.lastModifiedTime(), now.size());
    } catch (IOException e) {
      return ""; // the file does not exist
    }
  }
}
