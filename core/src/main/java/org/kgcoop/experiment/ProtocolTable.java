package org.kgcoop.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.eval.Metrics;
import org.kgcoop.runs.TableResults;
import org.kgcoop.runs.TargetResult;

/**
 * The rows of a protocol's table: they average over data sets, then over seeds.
 *
 * @param columns the accuracies of a row
 */
record ProtocolTable(Protocol protocol, List<Protocol.Column> columns) {

  /** The rows of each data set, where the protocol asks for that. */
  List<TableResults.OfDataSet> dataSets(List<TableResults.Cell> cells) {
    Map<String, List<TableResults.Cell>> bySet = new LinkedHashMap<>();
    if (protocol.perSet()) {
      for (TableResults.Cell cell : cells) {
        bySet.computeIfAbsent(cell.dataSet(), name -> new ArrayList<>()).add(cell);
      }
    }
    return bySet.entrySet().stream()
        .map(set -> new TableResults.OfDataSet(set.getKey(), rows(set.getValue())))
        .toList();
  }

  /** A row a contender. */
  List<TableResults.Row> rows(List<TableResults.Cell> cells) {
    Map<List<Object>, List<TableResults.Cell>> specs = new LinkedHashMap<>();
    for (TableResults.Cell cell : cells) {
      specs
          .computeIfAbsent(List.of(cell.method(), cell.setting()), key -> new ArrayList<>())
          .add(cell);
    }
    return specs.values().stream()
        .map(
            own -> {
              Map<String, Metrics.Spread> accuracies = new LinkedHashMap<>();
              columns.forEach(column -> accuracies.put(column.name(), overSeeds(own, column)));
              return TableResults.Row.of(own, accuracies);
            })
        .toList();
  }

  /** For each seed the mean over data sets and targets, then mean and deviation of these. */
  private static Metrics.Spread overSeeds(List<TableResults.Cell> cells, Protocol.Column column) {
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
