package org.kgcoop.store;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/** Brings an index up to date: only folders whose files have changed are read. */
final class IndexUpdate {
  private final Path root;
  private final IndexTables tables;
  private final Consumer<String> warnings;

  /**
   * @param warnings told of runs that cannot be read
   */
  IndexUpdate(Path root, IndexTables tables, Consumer<String> warnings) {
    this.root = root;
    this.tables = tables;
    this.warnings = warnings;
  }

  void run() throws SQLException {
    List<Path> runs = new ArrayList<>();
    Map<Path, String> protocols = new HashMap<>();
    Map<String, String> protocolStamps = tables.stamps("protocol");
    for (Path folder : foldersWithResults()) {
      if (Files.isRegularFile(folder.resolve(RunReader.RUN))) {
        runs.add(folder);
      } else {
        protocols.put(folder, protocol(folder, protocolStamps));
      }
    }
    Map<String, String> stamps = tables.stamps("run");
    for (Path folder : runs) {
      String name = name(folder);
      String stamp = RunReader.stamp(folder);
      if (!stamp.equals(stamps.remove(name))) {
        tables.remove(name);
        StoredRun run = readable(folder);
        if (run != null) {
          tables.insert(run, stamp);
        }
      }
      String protocol = protocolAbove(folder, protocols);
      if (!protocol.isEmpty()) {
        tables.setProtocol(name, protocol);
      }
    }
    for (String gone : stamps.keySet()) {
      tables.remove(gone);
    }
  }

  private List<Path> foldersWithResults() {
    List<Path> folders = new ArrayList<>();
    try {
      Path unused =
          Files.walkFileTree(
              root,
              new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes a) {
                  if (!folder.equals(root) && folder.getFileName().toString().startsWith(".")) {
                    return FileVisitResult.SKIP_SUBTREE; // what is not done, of runs and clusters
                  }
                  if (Files.exists(folder.resolve(RunReader.RUN))
                      || Files.exists(folder.resolve(RunReader.RESULTS))) {
                    folders.add(folder);
                  }
                  return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                  return FileVisitResult.CONTINUE; // gone meanwhile, or not ours to read
                }
              });
    } catch (IOException e) {
      throw KgCoopException.io(root + ": cannot be listed: " + e.getMessage(), e);
    }
    folders.sort(null);
    return folders;
  }

  private @Nullable StoredRun readable(Path folder) {
    try {
      return RunReader.find(folder, name(folder));
    } catch (KgCoopException e) {
      warnings.accept(e.getMessage());
      return null;
    }
  }

  private String protocol(Path folder, Map<String, String> stamps) throws SQLException {
    String name = name(folder);
    String stamp = RunReader.stamp(folder);
    if (stamp.equals(stamps.get(name))) {
      return tables.protocol(name);
    }
    String protocol = "";
    try {
      protocol = RunReader.protocol(folder);
    } catch (KgCoopException e) {
      warnings.accept(e.getMessage());
    }
    tables.putProtocol(name, stamp, protocol);
    return protocol;
  }

  /** That of the nearest table folder; empty where there is none. */
  private String protocolAbove(Path folder, Map<Path, String> protocols) {
    for (Path f = folder; f != null && f.startsWith(root); f = f.getParent()) {
      String protocol = protocols.getOrDefault(f, "");
      if (!protocol.isEmpty()) {
        return protocol;
      }
    }
    return "";
  }

  private String name(Path folder) {
    String name = root.relativize(folder).toString().replace('\\', '/');
    return name.isEmpty() ? "." : name;
  }
}
