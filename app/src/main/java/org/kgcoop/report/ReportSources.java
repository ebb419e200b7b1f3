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
 * @param tables of protocols
 * @param runs that were named alone, and those of tables of which no file tells
 * @param whole false where a table is to come of which no file tells
 */
record ReportSources(List<Table> tables, List<StoredRun> runs, boolean whole) {

  ReportSources {
    tables = List.copyOf(tables);
    runs = List.copyOf(runs);
  }

  /**
   * The tables and runs in those folders, complete or under way.
   *
   * @throws KgCoopException of the kind IO where a folder has neither
   */
  static ReportSources read(List<Path> folders) {
    List<Table> tables = new ArrayList<>();
    List<StoredRun> runs = new ArrayList<>();
    boolean whole = true;
    for (Path folder : folders) {
      Optional<TableResults> table =
          StoredRun.isOne(folder) ? Optional.empty() : TableResults.readSoFar(folder);
      if (StoredRun.isOne(folder)) {
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

  /** True if a folder holds something to show. */
  static boolean isThere(Path folder) {
    return StoredRun.isOne(folder)
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

  /** All measurements of tables and runs. */
  List<StoredRun> all() {
    return Stream.concat(tables.stream().flatMap(table -> table.runs().stream()), runs.stream())
        .toList();
  }

  /** The runs that have a log, those under way first: their curves are watched. */
  List<StoredRun> trained() {
    return Stream.concat(tables.stream().flatMap(t -> t.underWay().stream()), all().stream())
        .toList();
  }

  /** The runs that were begun and have no end. */
  List<StoredRun> underWay() {
    return Stream.concat(
            tables.stream().flatMap(table -> table.underWay().stream()),
            runs.stream().filter(run -> run.state() != RunState.COMPLETE))
        .toList();
  }

  /** True if a process works at something here. */
  boolean isRunning() {
    return states().anyMatch(state -> state == RunState.RUNNING);
  }

  /** True if nothing is to come. */
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

  /** A text that is another one where the page would be. */
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

  /** The files that a page is made of and that change while a run goes on. */
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
      return ""; // not there
    }
  }
}
