package org.kgcoop.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;

/**
 * A SQLite index over the run folders below a folder, {@code .index.sqlite} in it. It holds nothing
 * that the run folders do not: each opening reads what has changed since the last one, a damaged or
 * older index is made again, and where none can be written it lives in memory.
 */
public final class RunIndex implements AutoCloseable {
  static final String FILE = ".index.sqlite";

  private final Path root;
  private final Connection database;
  private final IndexTables tables;

  private RunIndex(Path root, Connection database, IndexTables tables) {
    this.root = root;
    this.database = database;
    this.tables = tables;
  }

  /**
   * The index of a folder, brought up to date.
   *
   * @param warnings told of runs that cannot be read
   */
  public static RunIndex open(Path root, Consumer<String> warnings) {
    if (!Files.isDirectory(root)) {
      throw KgCoopException.configuration(
          root + ": no such folder of runs; train something, or name another with --runs DIR");
    }
    Path file = root.resolve(FILE);
    if (Files.isWritable(root)) {
      try {
        return open(root, file.toString(), warnings);
      } catch (SQLException damaged) {
        try {
          Files.deleteIfExists(file);
          return open(root, file.toString(), warnings);
        } catch (SQLException | IOException e) {
          warnings.accept(file + ": cannot be written (" + e.getMessage() + "); going on without");
        }
      }
    }
    try {
      return open(root, ":memory:", warnings);
    } catch (SQLException e) {
      throw new IllegalStateException("SQLite in memory", e);
    }
  }

  private static RunIndex open(Path root, String file, Consumer<String> warnings)
      throws SQLException {
    // Immediate: of two processes that bring it up to date at once, the second waits.
    Properties properties = new Properties();
    properties.put("transaction_mode", "IMMEDIATE");
    properties.put("busy_timeout", "10000");
    properties.put("foreign_keys", "true");
    Connection database = DriverManager.getConnection("jdbc:sqlite:" + file, properties);
    try {
      database.setAutoCommit(false);
      IndexTables tables = new IndexTables(database);
      tables.prepare();
      new IndexUpdate(root, tables, warnings).run();
      database.commit();
      database.setAutoCommit(true);
      return new RunIndex(root, database, tables);
    } catch (SQLException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /** The runs that a filter leaves, by their names. */
  public List<StoredRun> runs(RunFilter filter) {
    try {
      return tables.runs(RunQuery.of(filter), root);
    } catch (SQLException e) {
      throw broken(e);
    }
  }

  /** By the name of a table's folder, with '/' between, the protocol that made it. */
  public Map<String, String> tables() {
    try {
      Map<String, String> found = new TreeMap<>(tables.protocols());
      // The index keeps what it knows of folders that are gone.
      found
          .keySet()
          .removeIf(name -> !Files.isRegularFile(folder(name).resolve(RunReader.RESULTS)));
      return found;
    } catch (SQLException e) {
      throw broken(e);
    }
  }

  /** The folder of a name that this index gave. */
  public Path folder(String name) {
    return name.equals(".") ? root : root.resolve(name);
  }

  private KgCoopException broken(SQLException e) {
    return KgCoopException.io(
        root.resolve(FILE) + ": " + e.getMessage() + "; delete it, it is made again", e);
  }

  @Override
  public void close() {
    try {
      database.close();
    } catch (SQLException e) {
      throw broken(e);
    }
  }
}
