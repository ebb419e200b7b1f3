package org.kgcoop.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.eval.Metrics;
import org.kgcoop.runs.Measurement;
import org.kgcoop.runs.TableResults;

/**
 * Rows of a protocol's table, averaged over data sets and then over seeds.
 *
 * @param protocol the protocol
 * @param columns the columns of the table
 */
record ProtocolTable(Protocol protocol, List<Protocol.Column> columns) {

  /** Returns the rows of each data set, if the protocol has separate rows for them. */
  List<TableResults.OfDataSet> dataSets(List<Measurement> cells) {
    Map<String, List<Measurement>> bySet = new LinkedHashMap<>();
    if (protocol.perSet()) {
      for (Measurement cell : cells) {
        bySet.computeIfAbsent(cell.sample().dataSet(), name -> new ArrayList<>()).add(cell);
      }
    }
    return bySet.entrySet().stream()
        .map(set -> new TableResults.OfDataSet(set.getKey(), rows(set.getValue())))
        .toList();
  }

  /** Returns one row per method. */
  List<TableResults.Row> rows(List<Measurement> cells) {
    Map<List<Object>, List<Measurement>> specs = new LinkedHashMap<>();
    for (Measurement cell : cells) {
      specs
          .computeIfAbsent(List.of(cell.method(), cell.setting()), key -> new ArrayList<>())
          .add(cell);
    }
    return specs.values().stream().map(own -> TableResults.Row.of(own, columns(own))).toList();
  }

  private List<TableResults.Column> columns(List<Measurement> runs) {
    Map<String, TableResults.Column> figures = new LinkedHashMap<>();
    for (Protocol.Column column : columns) {
      if (column.harmonicMeanOf().isEmpty()) {
        Metrics.Spread spread = overSeeds(runs, column);
        figures.put(
            column.name(),
            new TableResults.Column(column.name(), spread.mean(), spread.standardDeviation()));
      }
    }
    return columns.stream()
        .map(
            column ->
                figures.computeIfAbsent(
                    column.name(), name -> harmonicMean(name, column.harmonicMeanOf(), figures)))
        .toList();
  }

  /**
   * Returns the harmonic mean of the averages, as in the published tables. It has no standard
   * deviation.
   */
  private static TableResults.Column harmonicMean(
      String name, List<String> of, Map<String, TableResults.Column> figures) {
    double[] means =
        of.stream()
            .map(figures::get)
            .mapToDouble(figure -> figure == null ? Double.NaN : figure.mean())
            .toArray();
    return new TableResults.Column(name, Metrics.harmonicMean(means[0], means[1]), Double.NaN);
  }

  /**
   * Computes the mean over data sets and evaluation sets for each seed, then the mean and standard
   * deviation over the seeds.
   */
  private static Metrics.Spread overSeeds(List<Measurement> runs, Protocol.Column column) {
    Map<String, List<Double>> bySeed = new LinkedHashMap<>();
    for (Measurement run : runs) {
      bySeed
          .computeIfAbsent(String.valueOf(run.sample().seed()), seed -> new ArrayList<>())
          .addAll(column.values().apply(run));
    }
    return Metrics.overSeeds(bySeed);
  }
}
