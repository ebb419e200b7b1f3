package org.kgcoop.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tables of a {@link RunIndex}: runs, their targets, and the protocols of table folders. */
final class IndexTables {

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

  private final Connection database;

  IndexTables(Connection database) {
    this.database = database;
  }

  /** Makes the tables of a new index; an error for one of another version. */
  void prepare() throws SQLException {
    try (Statement statement = database.createStatement()) {
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

  /** By the name of a folder the stamp of what was read from it. */
  Map<String, String> stamps(String table) throws SQLException {
    Map<String, String> stamps = new HashMap<>();
    try (Statement statement = database.createStatement();
        ResultSet rows = statement.executeQuery("SELECT path, stamp FROM " + table)) {
      while (rows.next()) {
        stamps.put(rows.getString(1), rows.getString(2));
      }
    }
    return stamps;
  }

  /** The protocol that was read from a table folder; empty for none. */
  String protocol(String name) throws SQLException {
    try (PreparedStatement select =
        database.prepareStatement("SELECT name FROM protocol WHERE path = ?")) {
      select.setString(1, name);
      try (ResultSet row = select.executeQuery()) {
        return row.getString(1);
      }
    }
  }

  /** By the name of a table folder its protocol, where it names one. */
  Map<String, String> protocols() throws SQLException {
    Map<String, String> protocols = new HashMap<>();
    try (Statement statement = database.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT path, name FROM protocol WHERE name <> ''")) {
      while (rows.next()) {
        protocols.put(rows.getString(1), rows.getString(2));
      }
    }
    return protocols;
  }

  void putProtocol(String name, String stamp, String protocol) throws SQLException {
    try (PreparedStatement insert =
        database.prepareStatement("INSERT OR REPLACE INTO protocol VALUES (?, ?, ?)")) {
      insert.setString(1, name);
      insert.setString(2, stamp);
      insert.setString(3, protocol);
      int unused = insert.executeUpdate();
    }
  }

  /** Says under which protocol a run was made. */
  void setProtocol(String name, String protocol) throws SQLException {
    try (PreparedStatement update =
        database.prepareStatement("UPDATE run SET protocol = ? WHERE path = ? AND protocol <> ?")) {
      update.setString(1, protocol);
      update.setString(2, name);
      update.setString(3, protocol);
      int unused = update.executeUpdate();
    }
  }

  void remove(String name) throws SQLException {
    try (PreparedStatement delete = database.prepareStatement("DELETE FROM run WHERE path = ?")) {
      delete.setString(1, name);
      int unused = delete.executeUpdate();
    }
  }

  void insert(StoredRun run, String stamp) throws SQLException {
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

  /** The runs of a query, below a folder. */
  List<StoredRun> runs(RunQuery query, Path root) throws SQLException {
    try (PreparedStatement select = database.prepareStatement(query.sql())) {
      for (int i = 0; i < query.values().size(); i++) {
        select.setObject(i + 1, query.values().get(i));
      }
      List<StoredRun> runs = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          runs.add(run(row, root));
        }
      }
      return runs;
    }
  }

  private StoredRun run(ResultSet row, Path root) throws SQLException {
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
}
