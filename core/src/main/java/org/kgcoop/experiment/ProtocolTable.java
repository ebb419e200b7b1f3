package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.kgcoop.eval.Metrics;
import org.kgcoop.runs.TableResults;
import org.kgcoop.runs.TargetResult;

/**
 * The table of a protocol: its rows average over data sets, then over seeds.
 *
 * @param columns the accuracies of a row
 * @param results as they were written
 */
public record ProtocolTable(
    Protocol protocol, List<Protocol.Column> columns, TableResults results) {

  public ProtocolTable {
    columns = List.copyOf(columns);
  }

  /**
   * A row a contender, over all data sets, and for each data set where the protocol asks for that.
   *
   * @param cells one a trial
   * @param computation what the same outcome needs of the machine
   * @param versions of what computed it
   */
  static ProtocolTable of(
      Protocol protocol,
      List<Protocol.Column> columns,
      List<TableResults.Cell> cells,
      ObjectNode settings,
      ObjectNode computation,
      ObjectNode versions) {
    List<TableResults.OfDataSet> dataSets = new ArrayList<>();
    if (protocol.perSet()) {
      for (String name : new LinkedHashSet<>(cells.stream().map(c -> c.dataSet()).toList())) {
        List<TableResults.Cell> own = cells.stream().filter(c -> c.dataSet().equals(name)).toList();
        dataSets.add(new TableResults.OfDataSet(name, rows(own, columns)));
      }
    }
    return new ProtocolTable(
        protocol,
        columns,
        new TableResults(
            rows(cells, columns), dataSets, cells, settings, computation, versions));
  }

  private static List<TableResults.Row> rows(
      List<TableResults.Cell> cells, List<Protocol.Column> columns) {
    Map<List<Object>, List<TableResults.Cell>> contenders = new LinkedHashMap<>();
    for (TableResults.Cell cell : cells) {
      contenders
          .computeIfAbsent(List.of(cell.method(), cell.setting()), key -> new ArrayList<>())
          .add(cell);
    }
    return contenders.values().stream()
        .map(
            own -> {
              Map<String, Metrics.Spread> accuracies = new LinkedHashMap<>();
              columns.forEach(column -> accuracies.put(column.name(), overSeeds(own, column)));
              return TableResults.Row.of(own, accuracies);
            })
        .toList();
  }

  /** For each seed the mean over data sets and targets, then mean and deviation of these. */
  private static Metrics.Spread overSeeds(
      List<TableResults.Cell> cells, Protocol.Column column) {
    Map<Object, List<Double>> bySeed = new LinkedHashMap<>();
    for (TableResults.Cell cell : cells) {
      for (TargetResult target : cell.targets()) {
        if (column.takes().test(cell, target)) {
          bySeed
              .computeIfAbsent(String.valueOf(cell.seed()), seed -> new ArrayList<>())
              .add(target.accuracy());
        }
      }
    }
    return Metrics.overSeeds(bySeed);
  }
}
