package org.kgcoop.tables;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.runs.RunRecord;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TableResults;

/** Reads the runs that are stored below a folder. */
public final class RunsBelow {
  private static final String NUMBER = "[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?";

  private RunsBelow() {}

  /**
   * Reads runs below a folder.
   *
   * @param settings the values of which the runs must have one, by name; the last part of a name is
   *     enough, {@code weight} for {@code method.weight}
   * @param warnings receives one line per run or table that cannot be read
   * @return the runs, sorted by name
   */
  public static List<StoredRun> read(
      Path root, Map<String, Set<String>> settings, Consumer<String> warnings) {
    if (!Files.isDirectory(root)) {
      throw KgCoopException.configuration(
          root + ": no such folder of runs; train something, or name another with --runs DIR");
    }
    List<Path> folders =
        RunFolders.foldersWith(root, RunRecord.FILE, RunResults.FILE, TableResults.SO_FAR);
    Map<Path, TableResults> tables = new HashMap<>();
    for (Path folder : folders) {
      if (!isRun(folder)) {
        table(folder, warnings).ifPresent(table -> tables.put(folder, table));
      }
    }
    Queue<String> unreadable = new ConcurrentLinkedQueue<>();
    List<StoredRun> runs =
        folders.parallelStream()
            .filter(RunsBelow::isRun)
            .flatMap(folder -> run(root, folder, tables, unreadable::add).stream())
            .filter(
                run ->
                    settings.entrySet().stream()
                        .allMatch(each -> has(run, each.getKey(), each.getValue())))
            .sorted(Comparator.comparing(StoredRun::name))
            .toList();
    unreadable.stream().sorted().forEach(warnings);
    return runs;
  }

  private static boolean has(StoredRun run, String key, Set<String> values) {
    return run.settings().entrySet().stream()
        .filter(e -> e.getKey().equals(key) || e.getKey().endsWith("." + key))
        .anyMatch(
            e ->
                values.contains(e.getValue())
                    || values.stream().anyMatch(value -> areEqualNumbers(e.getValue(), value)));
  }

  private static boolean areEqualNumbers(String a, String b) {
    return a.matches(NUMBER) && b.matches(NUMBER) && Double.parseDouble(a) == Double.parseDouble(b);
  }

  private static boolean isRun(Path folder) {
    return Files.exists(folder.resolve(RunRecord.FILE));
  }

  private static String name(Path root, Path folder) {
    // Only Windows separates folders with a backslash. On other systems, "a\..\secret" is one name.
    String name = root.relativize(folder).toString().replace(File.separatorChar, '/');
    return name.isEmpty() ? "." : name;
  }

  private static Optional<StoredRun> run(
      Path root, Path folder, Map<Path, TableResults> tables, Consumer<String> warnings) {
    try {
      StoredRun run = StoredRun.find(folder, name(root, folder));
      Path above = folder;
      while (above != null && above.startsWith(root) && !tables.containsKey(above)) {
        above = above.getParent();
      }
      TableResults table = above == null ? null : tables.get(above);
      return Optional.ofNullable(run == null || table == null ? run : run.inTable(table));
    } catch (KgCoopException e) {
      warnings.accept(e.getMessage());
      return Optional.empty();
    }
  }

  private static Optional<TableResults> table(Path folder, Consumer<String> warnings) {
    try {
      return TableResults.readSoFar(folder).filter(table -> !table.protocol().isEmpty());
    } catch (KgCoopException e) {
      warnings.accept(e.getMessage());
      return Optional.empty();
    }
  }
}
