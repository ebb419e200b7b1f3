package org.kgcoop.experiment;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
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
    return protocol.perSet()
        ? by(cell -> cell.sample().dataSet(), cells).entrySet().stream()
            .map(set -> new TableResults.OfDataSet(set.getKey(), rows(set.getValue())))
            .toList()
        : List.of();
  }

  /** Returns one row per method. */
  List<TableResults.Row> rows(List<Measurement> cells) {
    return by(cell -> List.of(cell.method(), cell.setting()), cells).values().stream()
        .map(own -> TableResults.Row.of(own, columns(own)))
        .toList();
  }

  private static <K> Map<K, List<Measurement>> by(
      Function<Measurement, K> key, List<Measurement> cells) {
    return cells.stream()
        .collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toList()));
  }

  private List<TableResults.Column> columns(List<Measurement> runs) {
    Map<String, TableResults.Column> figures = new LinkedHashMap<>();
    for (Protocol.Column column : columns) {
      if (column.harmonicMeanOf().isEmpty()) {
        Metrics.Spread spread =
            Metrics.overSeeds(runs, run -> String.valueOf(run.sample().seed()), column.values());
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
}
