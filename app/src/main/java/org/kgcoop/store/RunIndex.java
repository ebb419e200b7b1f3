package org.kgcoop.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * A SQLite index over the run folders below a folder, {@code .index.sqlite} in it. It holds nothing
 * that the run folders do not: each opening reads what has changed since the last one, a damaged or
 * older index is made again, and where none can be written it lives in memory.
 */
public final class RunIndex implements AutoCloseable {
  static final String FILE = ".index.sqlite";

  /** Goes up when the tables change: an index of another version is made again. */
  private static final int VERSION = 1;

  private static final String TABLES =
      """
      CREATE TABLE run (
        path TEXT PRIMARY KEY, stamp TEXT NOT NULL, state TEXT NOT NULL, method TEXT NOT NULL,
        data_set TEXT NOT NULL, protocol TEXT NOT NULL, shots INTEGER NOT NULL, seed INTEGER,
        ms_per_image REAL, modified INTEGER NOT NULL, settings TEXT NOT NULL,
        command TEXT NOT NULL, directory TEXT NOT NULL);
      CREATE TABLE target (
        run TEXT NOT NULL REFERENCES run ON DELETE CASCADE, position INTEGER NOT NULL,
        name TEXT NOT NULL, data_set TEXT NOT NULL, classes TEXT NOT NULL,
        correct INTEGER NOT NULL, total INTEGER NOT NULL, PRIMARY KEY (run, position));
      CREATE TABLE protocol (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, name TEXT NOT NULL);
      """;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path root;
  private final Connection database;

  private RunIndex(Path root, Connection database) {
    this.root = root;
    this.database = database;
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
      RunIndex index = new RunIndex(root, database);
      index.prepare();
      index.refresh(warnings);
      return index;
    } catch (SQLException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private void prepare() throws SQLException {
    try (Statement statement = database.createStatement()) {
      database.setAutoCommit(false);
      int version;
      try (ResultSet row = statement.executeQuery("PRAGMA user_version")) {
        version = row.getInt(1);
      }
      if (version == 0) {
        statement.executeUpdate(TABLES);
        statement.execute("PRAGMA user_version = " + VERSION);
      } else if (version != VERSION) {
        throw new SQLException("an index of version " + version);
      }
    }
  }

  // ---- bringing it up to date

  private void refresh(Consumer<String> warnings) throws SQLException {
    List<Path> runs = new ArrayList<>();
    Map<Path, String> protocols = new HashMap<>();
    Map<String, String> protocolStamps = stamps("protocol");
    for (Path folder : foldersWithResults()) {
      if (Files.isRegularFile(folder.resolve(RunReader.RUN))) {
        runs.add(folder);
      } else {
        protocols.put(folder, protocol(folder, protocolStamps, warnings));
      }
    }
    Map<String, String> stamps = stamps("run");
    for (Path folder : runs) {
      String name = name(folder);
      String stamp = RunReader.stamp(folder);
      if (!stamp.equals(stamps.remove(name))) {
        remove(name);
        StoredRun run = readable(folder, warnings);
        if (run != null) {
          insert(run, stamp);
        }
      }
      update(name, protocolAbove(folder, protocols));
    }
    for (String gone : stamps.keySet()) {
      remove(gone);
    }
    database.commit();
    database.setAutoCommit(true);
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

  private @Nullable StoredRun readable(Path folder, Consumer<String> warnings) {
    try {
      return RunReader.find(folder, name(folder));
    } catch (KgCoopException e) {
      warnings.accept(e.getMessage());
      return null;
    }
  }

  private String protocol(Path folder, Map<String, String> stamps, Consumer<String> warnings)
      throws SQLException {
    String name = name(folder);
    String stamp = RunReader.stamp(folder);
    if (stamp.equals(stamps.get(name))) {
      try (PreparedStatement select =
          database.prepareStatement("SELECT name FROM protocol WHERE path = ?")) {
        select.setString(1, name);
        try (ResultSet row = select.executeQuery()) {
          return row.getString(1);
        }
      }
    }
    String protocol = "";
    try {
      protocol = RunReader.protocol(folder);
    } catch (KgCoopException e) {
      warnings.accept(e.getMessage());
    }
    try (PreparedStatement insert =
        database.prepareStatement("INSERT OR REPLACE INTO protocol VALUES (?, ?, ?)")) {
      insert.setString(1, name);
      insert.setString(2, stamp);
      insert.setString(3, protocol);
      int unused = insert.executeUpdate();
    }
    return protocol;
  }

  /** That of the nearest table folder; null where there is none. */
  private @Nullable String protocolAbove(Path folder, Map<Path, String> protocols) {
    for (Path f = folder; f != null && f.startsWith(root); f = f.getParent()) {
      String protocol = protocols.getOrDefault(f, "");
      if (!protocol.isEmpty()) {
        return protocol;
      }
    }
    return null;
  }

  private String name(Path folder) {
    String name = root.relativize(folder).toString().replace('\\', '/');
    return name.isEmpty() ? "." : name;
  }

  private Map<String, String> stamps(String table) throws SQLException {
    Map<String, String> stamps = new HashMap<>();
    try (Statement statement = database.createStatement();
        ResultSet rows = statement.executeQuery("SELECT path, stamp FROM " + table)) {
      while (rows.next()) {
        stamps.put(rows.getString(1), rows.getString(2));
      }
    }
    return stamps;
  }

  private void remove(String name) throws SQLException {
    try (PreparedStatement delete = database.prepareStatement("DELETE FROM run WHERE path = ?")) {
      delete.setString(1, name);
      int unused = delete.executeUpdate();
    }
  }

  private void update(String name, @Nullable String protocol) throws SQLException {
    if (protocol == null) {
      return;
    }
    try (PreparedStatement update =
        database.prepareStatement("UPDATE run SET protocol = ? WHERE path = ? AND protocol <> ?")) {
      update.setString(1, protocol);
      update.setString(2, name);
      update.setString(3, protocol);
      int unused = update.executeUpdate();
    }
  }

  private void insert(StoredRun run, String stamp) throws SQLException {
    try (PreparedStatement insert =
        database.prepareStatement(
            "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      insert.setString(1, run.name());
      insert.setString(2, stamp);
      insert.setString(3, run.state());
      insert.setString(4, run.method());
      insert.setString(5, run.dataSet());
      insert.setString(6, run.protocol());
      insert.setInt(7, run.shots());
      insert.setObject(8, run.seed());
      insert.setObject(9, Double.isNaN(run.msPerImage()) ? null : run.msPerImage());
      insert.setLong(10, run.modified().toEpochMilli());
      insert.setString(11, write(run.settings()));
      insert.setString(12, write(run.command()));
      insert.setString(13, run.directory());
      int unused = insert.executeUpdate();
    }
    try (PreparedStatement insert =
        database.prepareStatement("INSERT INTO target VALUES (?, ?, ?, ?, ?, ?, ?)")) {
      for (int i = 0; i < run.targets().size(); i++) {
        StoredRun.Target target = run.targets().get(i);
        insert.setString(1, run.name());
        insert.setInt(2, i);
        insert.setString(3, target.name());
        insert.setString(4, target.dataSet());
        insert.setString(5, target.classes());
        insert.setLong(6, target.correct());
        insert.setLong(7, target.total());
        int unused = insert.executeUpdate();
      }
    }
  }

  // ---- asking

  /** The runs that a filter leaves, by their names. */
  public List<StoredRun> runs(RunFilter filter) {
    StringBuilder sql = new StringBuilder("SELECT * FROM run WHERE true");
    List<Object> values = new ArrayList<>();
    oneOf(sql, values, "method", filter.methods());
    oneOf(sql, values, "data_set", filter.dataSets());
    oneOf(sql, values, "protocol", filter.protocols());
    oneOf(sql, values, "seed", filter.seeds());
    oneOf(sql, values, "shots", filter.shots());
    oneOf(sql, values, "state", filter.states());
    new TreeMap<>(filter.settings())
        .forEach(
            (key, value) -> {
              sql.append(
                  " AND EXISTS (SELECT 1 FROM json_each(run.settings)"
                      + " WHERE (key = ? OR key LIKE '%.' || ?)"
                      + " AND (value = ? OR (value + 0.0 = ? + 0.0 AND value GLOB '*[0-9]*'"
                      + " AND ? GLOB '[-.0-9]*')))");
              values.addAll(List.of(key, key, value, value, value));
            });
    try (PreparedStatement select = database.prepareStatement(sql + " ORDER BY path")) {
      for (int i = 0; i < values.size(); i++) {
        select.setObject(i + 1, values.get(i));
      }
      List<StoredRun> runs = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          runs.add(run(row));
        }
      }
      return runs;
    } catch (SQLException e) {
      throw broken(e);
    }
  }

  private static void oneOf(
      StringBuilder sql, List<Object> values, String column, List<?> accepted) {
    if (!accepted.isEmpty()) {
      sql.append(" AND ").append(column).append(" IN (?");
      sql.append(", ?".repeat(accepted.size() - 1)).append(')');
      values.addAll(accepted);
    }
  }

  private StoredRun run(ResultSet row) throws SQLException {
    String name = row.getString("path");
    double ms = row.getDouble("ms_per_image");
    boolean untimed = row.wasNull();
    long seed = row.getLong("seed");
    boolean seedless = row.wasNull();
    return new StoredRun(
        name.equals(".") ? root : root.resolve(name),
        name,
        row.getString("state"),
        row.getString("method"),
        row.getString("data_set"),
        row.getString("protocol"),
        row.getInt("shots"),
        seedless ? null : (Long) seed,
        parse(row.getString("settings"), new TypeReference<Map<String, String>>() {}),
        untimed ? Double.NaN : ms,
        Instant.ofEpochMilli(row.getLong("modified")),
        targets(name),
        parse(row.getString("command"), new TypeReference<List<String>>() {}),
        row.getString("directory"));
  }

  private List<StoredRun.Target> targets(String name) throws SQLException {
    List<StoredRun.Target> targets = new ArrayList<>();
    try (PreparedStatement select =
        database.prepareStatement("SELECT * FROM target WHERE run = ? ORDER BY position")) {
      select.setString(1, name);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          targets.add(
              new StoredRun.Target(
                  row.getString("name"),
                  row.getString("data_set"),
                  row.getString("classes"),
                  row.getLong("correct"),
                  row.getLong("total")));
        }
      }
    }
    return targets;
  }

  private static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static <T> T parse(String json, TypeReference<T> type) throws SQLException {
    try {
      return JSON.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new SQLException(e);
    }
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
