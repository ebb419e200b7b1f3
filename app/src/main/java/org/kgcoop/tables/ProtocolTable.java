package org.kgcoop.tables;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kgcoop.eval.Metrics;
import org.kgcoop.eval.Metrics.Spread;
import org.kgcoop.runs.Metric;
import org.kgcoop.runs.ProtocolKind;
import org.kgcoop.runs.ProtocolKind.Columns;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TableCell;
import org.kgcoop.runs.TableResults;

/**
 * The table of a protocol: a {@link RunTable} of its runs, with one row per method and setting of a
 * sweep, and with the columns of the protocol. It has no intervals.
 */
public final class ProtocolTable {
  private static final Spread NONE = new Spread(Double.NaN, Double.NaN);

  private final String protocol;
  private final List<StoredRun> runs;
  private final List<String> targets;
  private final List<Row> rows;

  /**
   * A method, with the setting that a sweep gave it.
   *
   * @param title the title of the method
   * @param prompts the kind of the method's prompts
   * @param setting the varied settings; empty without a sweep
   * @param figures the means and population standard deviations over seeds of the columns that have
   *     values
   * @param msPerImage the mean training time per image in milliseconds; NaN if nothing was trained
   * @param msPerImageWithFeatures the same with the time for computing the features
   */
  public record Row(
      String method,
      String title,
      @JsonIgnore String prompts,
      Map<String, Object> setting,
      Map<String, Spread> figures,
      double msPerImage,
      double msPerImageWithFeatures) {
    /** Returns the mean of a column and its standard deviation over seeds; NaN if there is none. */
    public Spread column(String name) {
      return figures.getOrDefault(name, NONE);
    }

    /** Returns the mean of a column; NaN if there is none. */
    public double mean(String name) {
      return column(name).mean();
    }
  }

  /**
   * Makes the table.
   *
   * @param protocol the command of the protocol; empty if unknown
   * @param runs the complete runs
   */
  public ProtocolTable(String protocol, List<StoredRun> runs) {
    this.protocol = protocol;
    this.runs = List.copyOf(runs);
    Map<TableRow, List<StoredRun>> grouped = new LinkedHashMap<>();
    runs.stream()
        .collect(
            Collectors.groupingBy(
                run -> run.method() + '\n' + run.title() + new TreeMap<>(run.cell().setting()),
                LinkedHashMap::new,
                Collectors.toList()))
        .forEach(
            (label, own) -> {
              TableRow row =
                  new TableRow(label, own.get(0).method(), Map.of(), 0, new LinkedHashMap<>());
              own.forEach(
                  run -> row.add(isByShots(protocol) ? byShots(run) : run, ProtocolTable::joined));
              grouped.put(row, own);
            });
    RunTable table = RunTable.withoutIntervals(List.copyOf(grouped.keySet()));
    targets = table.targets();
    rows =
        table.rows().stream()
            .map(row -> row(table, row, grouped.getOrDefault(row, List.of())))
            .toList();
  }

  private Row row(RunTable table, TableRow row, List<StoredRun> own) {
    TableCell first = own.get(0).cell();
    Map<String, Spread> figures = new LinkedHashMap<>();
    for (String column : columns(protocol, targets)) {
      RunTable.Estimate figure = table.estimate(row, column);
      if (figure != null) {
        figures.put(column, new Spread(figure.mean(), figure.deviation()));
      }
    }
    return new Row(
        first.method(),
        first.title(),
        first.prompts(),
        first.setting(),
        figures,
        mean(own, RunResults::msPerImage),
        mean(own, RunResults::msPerImageWithFeatures));
  }

  private static double mean(List<StoredRun> runs, Function<RunResults, Double> value) {
    return Metrics.mean(runs.stream().map(run -> value.apply(run.cell().results())).toList());
  }

  /** Makes the table of the complete runs in a folder. */
  public static ProtocolTable of(TableResults results, Path folder) {
    return new ProtocolTable(results.protocol(), runs(results, folder));
  }

  /** Returns the complete runs of a table in a folder. */
  public static List<StoredRun> runs(TableResults results, Path folder) {
    return results.cells().stream().map(cell -> StoredRun.of(cell, folder)).toList();
  }

  /** Returns the run with its number of shots as the name of the evaluation set. */
  private static StoredRun byShots(StoredRun run) {
    String shots = String.valueOf(run.shots());
    return run.withTargets(run.targets().stream().map(target -> target.named(shots)).toList());
  }

  /** Joins the results of two runs that differ only in the number of shots. */
  private static StoredRun joined(StoredRun run, StoredRun other) {
    return run.withTargets(
        Stream.concat(run.targets().stream(), other.targets().stream()).toList());
  }

  /** Returns the rows, in the order of the runs. */
  public List<Row> rows() {
    return rows;
  }

  /** Returns the names of the data sets with rows of their own, in the order of the runs. */
  public List<String> dataSets() {
    return ProtocolKind.of(protocol).columns() == Columns.DATA_SETS
        ? List.of()
        : runs.stream().map(StoredRun::dataSet).distinct().toList();
  }

  /** Returns the table of one data set. */
  public ProtocolTable of(String dataSet) {
    return new ProtocolTable(
        protocol, runs.stream().filter(run -> run.dataSet().equals(dataSet)).toList());
  }

  /** Returns the names of the accuracies. */
  public List<String> accuracies() {
    return accuracies(protocol, targets);
  }

  // ---- columns

  private static boolean isByShots(String protocol) {
    return ProtocolKind.of(protocol).columns() == Columns.SHOTS;
  }

  /**
   * Returns the names of the accuracies of a protocol.
   *
   * @param targets the names of the evaluation sets; for few-shot learning, the numbers of shots
   */
  public static List<String> accuracies(String protocol, List<String> targets) {
    return isByShots(protocol) ? targets : TableColumns.accuracies(targets);
  }

  /** Returns the names of all columns of a protocol, with the parameters of {@link #accuracies}. */
  public static List<String> columns(String protocol, List<String> targets) {
    return isByShots(protocol)
        ? Stream.concat(targets.stream(), TableColumns.metrics(targets)).toList()
        : TableColumns.available(targets);
  }

  /** Returns the title of a column. */
  public String header(String column) {
    Metric metric = Metric.ofColumn(column).orElse(null);
    if (metric == null) {
      return isByShots(protocol) ? column + (column.equals("1") ? " shot" : " shots") : column;
    }
    int colon = column.indexOf(':');
    return metric.header() + (colon < 0 ? "" : ", " + header(column.substring(colon + 1)));
  }
}
