package org.kgcoop.store;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * A filter as SQL.
 *
 * @param sql selects from the table of runs, in the order of their names
 * @param values of its question marks
 */
record RunQuery(String sql, List<Object> values) {

  static RunQuery of(RunFilter filter) {
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
                      + " AND (value = ? OR (value + 0.0 = ? + 0.0"
                      // "bank:8" + 0.0 is 0, "8,16" + 0.0 is 8.
                      + " AND value GLOB '*[0-9]*' AND value NOT GLOB '*[^-+.0-9eE]*'"
                      + " AND ? GLOB '[-.0-9]*')))");
              values.addAll(List.of(key, key, value, value, value));
            });
    return new RunQuery(sql.append(" ORDER BY path").toString(), values);
  }

  private static void oneOf(
      StringBuilder sql, List<Object> values, String column, List<?> accepted) {
    if (!accepted.isEmpty()) {
      sql.append(" AND ").append(column).append(" IN (?");
      sql.append(", ?".repeat(accepted.size() - 1)).append(')');
      values.addAll(accepted);
    }
  }
}
