package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.kgcoop.eval.Metrics;

/**
 * The table of a protocol. Its rows average over data sets, then over seeds.
 *
 * @param columns the accuracies of a row
 * @param cells one a trial
 */
public record ProtocolTable(Protocol protocol, List<Protocol.Column> columns, List<Cell> cells) {

  /**
   * A row: means over data sets and seeds, deviations over seeds.
   *
   * @param setting what a sweep varied
   * @param columns accuracies in percent, by name, in the order of the table
   * @param distance between learned and hand-crafted class features, a mean over all runs and
   *     targets; NaN where undefined
   * @param time a mean over the runs
   */
  public record Row(
      String method,
      String title,
      String prompts,
      Map<String, JsonNode> setting,
      Map<String, Metrics.Spread> columns,
      double distance,
      Time time) {
    public Row {
      columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    }

    /** An accuracy. */
    public Metrics.Spread column(String name) {
      return Objects.requireNonNull(columns.get(name), name);
    }
  }

  public ProtocolTable {
    columns = List.copyOf(columns);
    cells = List.copyOf(cells);
  }

  /** A row a contender, over all data sets. */
  public List<Row> rows() {
    return rows(cells);
  }

  /** A row a contender, for one data set. */
  public List<Row> rows(String dataSet) {
    return rows(cells.stream().filter(c -> c.dataSet().equals(dataSet)).toList());
  }

  /** The data sets that were learned from. */
  public List<String> dataSets() {
    return List.copyOf(new LinkedHashSet<>(cells.stream().map(Cell::dataSet).toList()));
  }

  private List<Row> rows(List<Cell> some) {
    Map<List<Object>, List<Cell>> contenders = new LinkedHashMap<>();
    for (Cell cell : some) {
      contenders
          .computeIfAbsent(List.of(cell.method(), cell.setting()), key -> new ArrayList<>())
          .add(cell);
    }
    return contenders.values().stream().map(this::row).toList();
  }

  private Row row(List<Cell> own) {
    Cell first = own.get(0);
    Map<String, Metrics.Spread> values = new LinkedHashMap<>();
    for (Protocol.Column column : columns) {
      values.put(column.name(), overSeeds(own, column));
    }
    return new Row(
        first.method(),
        first.title(),
        first.prompts(),
        first.setting(),
        values,
        own.stream()
            .flatMap(cell -> cell.targets().stream())
            .mapToDouble(Cell.Measured::distance)
            .filter(distance -> !Double.isNaN(distance))
            .average()
            .orElse(Double.NaN),
        Time.mean(own.stream().map(Cell::time).toList()));
  }

  /** For each seed the mean over data sets and targets, then mean and deviation of these. */
  private static Metrics.Spread overSeeds(List<Cell> cells, Protocol.Column column) {
    Map<Long, List<Double>> bySeed = new LinkedHashMap<>();
    for (Cell cell : cells) {
      for (Cell.Measured target : cell.targets()) {
        if (column.takes().test(cell, target)) {
          bySeed.computeIfAbsent(cell.seed(), seed -> new ArrayList<>()).add(target.accuracy());
        }
      }
    }
    return Metrics.spread(
        bySeed.values().stream().map(values -> Metrics.spread(values).mean()).toList());
  }

  /**
   * {@code rows}, {@code data_sets} with the rows of each, {@code cells}. Accuracies in percent.
   */
  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("rows", json(rows()));
    ArrayNode sets = json.putArray("data_sets");
    if (protocol.perSet()) {
      for (String dataSet : dataSets()) {
        sets.addObject().put("name", dataSet).set("rows", json(rows(dataSet)));
      }
    }
    ArrayNode each = json.putArray("cells");
    cells.forEach(cell -> each.add(cell.toJson()));
    return json;
  }

  private ArrayNode json(List<Row> rows) {
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    for (Row row : rows) {
      ObjectNode entry =
          json.addObject()
              .put("method", row.method())
              .put("title", row.title())
              .put("prompts", row.prompts());
      entry.set("setting", Contender.json(row.setting()));
      protocol.put(row, entry);
      if (!Double.isNaN(row.distance())) {
        entry.put("distance", row.distance());
      }
      row.time().put(entry);
    }
    return json;
  }
}
