package org.kgcoop.tables;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
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
  private final String protocol;
  private final List<StoredRun> runs;
  private final RunTable table;
  private final List<Row> rows;

  /** A method, with the setting that a sweep gave it. */
  public final class Row {
    private final TableRow key;
    private final List<StoredRun> own = new ArrayList<>();

    private Row(TableRow key) {
      this.key = key;
    }

    private TableCell first() {
      return own.get(0).cell();
    }

    public String method() {
      return key.method();
    }

    /** Returns the title of the method. */
    public String title() {
      return first().title();
    }

    /** Returns the kind of the method's prompts. */
    public String prompts() {
      return first().prompts();
    }

    /** Returns the varied settings; empty without a sweep. */
    public Map<String, Object> setting() {
      return first().setting();
    }

    /**
     * Returns the mean of a column and its population standard deviation over seeds; NaN if there
     * is none.
     */
    public Spread column(String name) {
      RunTable.Estimate figure = table.estimate(key, name);
      return figure == null
          ? new Spread(Double.NaN, Double.NaN)
          : new Spread(figure.mean(), figure.deviation());
    }

    /** Returns the mean of a column; NaN if there is none. */
    public double mean(String name) {
      return column(name).mean();
    }

    /** Returns the mean training time per image in milliseconds; NaN if nothing was trained. */
    public double msPerImage() {
      return mean(RunResults::msPerImage);
    }

    /** Returns the same with the time for computing the features. */
    public double msPerImageWithFeatures() {
      return mean(RunResults::msPerImageWithFeatures);
    }

    private double mean(Function<RunResults, Double> value) {
      return Metrics.mean(own.stream().map(run -> value.apply(run.cell().results())).toList());
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
    Map<String, Row> found = new LinkedHashMap<>();
    for (StoredRun run : runs) {
      Map<String, String> setting = new TreeMap<>();
      run.cell().setting().forEach((key, value) -> setting.put(key, String.valueOf(value)));
      Row row =
          found.computeIfAbsent(
              run.method() + '\n' + run.title() + setting,
              label ->
                  new Row(new TableRow(label, run.method(), setting, 0, new LinkedHashMap<>())));
      row.own.add(run);
      row.key.add(isByShots(protocol) ? byShots(run) : run, ProtocolTable::joined);
    }
    rows = List.copyOf(found.values());
    table = RunTable.withoutIntervals(rows.stream().map(row -> row.key).toList());
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
        : StoredRun.distinct(runs, StoredRun::dataSet);
  }

  /** Returns the table of one data set. */
  public ProtocolTable of(String dataSet) {
    return new ProtocolTable(
        protocol, runs.stream().filter(run -> run.dataSet().equals(dataSet)).toList());
  }

  /** Returns the names of the accuracies. */
  public List<String> accuracies() {
    return accuracies(protocol, table.targets());
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

  /** Returns the rows with the means and standard deviations of all columns that have values. */
  public List<JsonRow> json() {
    List<JsonRow> lines = new ArrayList<>();
    for (Row row : rows) {
      Map<String, Spread> figures = new LinkedHashMap<>();
      for (String column : columns(protocol, table.targets())) {
        Spread spread = row.column(column);
        if (!Double.isNaN(spread.mean())) {
          figures.put(column, spread);
        }
      }
      lines.add(
          new JsonRow(
              row.method(),
              row.title(),
              row.setting(),
              figures,
              row.msPerImage(),
              row.msPerImageWithFeatures()));
    }
    return lines;
  }

  /** A row as JSON. */
  public record JsonRow(
      String method,
      String title,
      Map<String, Object> setting,
      Map<String, Spread> figures,
      double msPerImage,
      double msPerImageWithFeatures) {}
}
