package org.kgcoop.tables;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.runs.RunRecord;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TableResults;

/**
 * The runs that are stored below a folder.
 *
 * @param runs the runs, sorted by name
 */
public record RunsBelow(List<StoredRun> runs) {

  /**
   * The folders below a root, grouped by the files that they contain.
   *
   * @param runs the folders with a {@code run.json}, and the time at which it was written
   * @param results the folders with complete or preliminary results
   */
  private record Found(Map<Path, FileTime> runs, Set<Path> results) {}

  public RunsBelow {
    runs = List.copyOf(runs);
  }

  /**
   * Reads all runs below a folder.
   *
   * @param warnings receives one line per run or table that cannot be read
   */
  public static RunsBelow read(Path root, Consumer<String> warnings) {
    if (!Files.isDirectory(root)) {
      throw KgCoopException.configuration(
          root + ": no such folder of runs; train something, or name another with --runs DIR");
    }
    Found found = find(root);
    Map<String, TableResults> tables = new TreeMap<>();
    for (Path folder : found.results) {
      if (!found.runs.containsKey(folder)) {
        table(folder, warnings).ifPresent(table -> tables.put(name(root, folder), table));
      }
    }
    Queue<String> unreadable = new ConcurrentLinkedQueue<>();
    List<StoredRun> runs =
        found.runs.entrySet().parallelStream()
            .flatMap(
                run -> run(root, run.getKey(), run.getValue(), tables, unreadable::add).stream())
            .sorted(Comparator.comparing(StoredRun::name))
            .toList();
    unreadable.stream().sorted().forEach(warnings);
    return new RunsBelow(runs);
  }

  public List<StoredRun> runs(RunFilter filter) {
    return runs.stream().filter(filter::takes).toList();
  }

  private static String name(Path root, Path folder) {
    // Only Windows separates folders with a backslash. On other systems, "a\..\secret" is one name.
    String name = root.relativize(folder).toString().replace(File.separatorChar, '/');
    return name.isEmpty() ? "." : name;
  }

  private static Optional<StoredRun> run(
      Path root,
      Path folder,
      FileTime modified,
      Map<String, TableResults> tables,
      Consumer<String> warnings) {
    try {
      StoredRun run = StoredRun.find(folder, name(root, folder), modified);
      if (run == null) {
        return Optional.empty();
      }
      for (Path above = folder;
          above != null && above.startsWith(root);
          above = above.getParent()) {
        TableResults table = tables.get(name(root, above));
        if (table != null) {
          return Optional.of(run.ofTable(table));
        }
      }
      return Optional.of(run);
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

  private static Found find(Path root) {
    Found found = new Found(new TreeMap<>(), new TreeSet<>());
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes a) {
              // Runs and clusters keep unfinished files in hidden folders.
              return !folder.equals(root) && folder.getFileName().toString().startsWith(".")
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (file.endsWith(RunRecord.FILE)) {
                found.runs.put(file.resolveSibling(""), attributes.lastModifiedTime());
              } else if (file.endsWith(RunResults.FILE) || file.endsWith(TableResults.SO_FAR)) {
                found.results.add(file.resolveSibling(""));
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE; // deleted in the meantime, or not readable
            }
          });
    } catch (IOException e) {
      throw KgCoopException.io(root + ": cannot be listed: " + e.getMessage(), e);
    }
    return found;
  }
}
