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
import org.kgcoop.runs.RunFolders;
import org.kgcoop.runs.RunState;
import org.kgcoop.runs.TableResults;

/**
 * The tables and runs that a page shows.
 *
 * @param tables of protocols
 * @param runs that were named alone, and those of tables of which no file tells
 * @param whole false where a table is to come of which no file tells
 */
record ReportSources(List<Table> tables, List<Run> runs, boolean whole) {

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
    List<Run> runs = new ArrayList<>();
    boolean whole = true;
    for (Path folder : folders) {
      Optional<TableResults> table =
          Run.isOne(folder) ? Optional.empty() : TableResults.readSoFar(folder);
      if (Run.isOne(folder)) {
        runs.add(new Run(folder));
      } else if (table.isPresent()) {
        tables.add(Table.of(table.get(), folder));
      } else if (RunFolders.isTable(folder)) {
        RunFolders.runsBelow(folder).forEach(run -> runs.add(new Run(run)));
        whole = false;
      } else {
        throw missing(folder);
      }
    }
    return new ReportSources(tables, runs, whole);
  }

  /** True if a folder holds something to show. */
  static boolean isThere(Path folder) {
    return Run.isOne(folder)
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
  List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    tables.forEach(table -> cells.addAll(table.cells()));
    runs.forEach(run -> cells.add(Cell.of(run)));
    return cells;
  }

  /** The runs that have a log, those under way first: their curves are watched. */
  List<Cell> trained() {
    return Stream.concat(tables.stream().flatMap(t -> t.underWay().stream()), cells().stream())
        .toList();
  }

  /** The runs that were begun and have no end. */
  List<Cell> underWay() {
    return Stream.concat(
            tables.stream().flatMap(table -> table.underWay().stream()),
            runs.stream().filter(run -> run.state() != RunState.COMPLETE).map(Cell::of))
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
            tables.stream()
                .flatMap(table -> table.underWay().stream())
                .flatMap(cell -> Optional.ofNullable(cell.run()).stream())
                .map(Run::state),
            runs.stream().map(Run::state))
        .flatMap(states -> states);
  }

  /** A text that is another one where the page would be. */
  String stamp() {
    StringBuilder stamp = new StringBuilder();
    states().forEach(state -> stamp.append(state).append('\n'));
    Stream.of(
            tables.stream().flatMap(table -> table.files().stream()),
            underWay().stream()
                .flatMap(cell -> Optional.ofNullable(cell.run()).stream())
                .flatMap(run -> run.files().stream()),
            runs.stream().flatMap(run -> run.files().stream()))
        .flatMap(files -> files)
        .forEach(file -> stamp.append(stamp(file)));
    return stamp.toString();
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
