package org.kgcoop.tables;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.Bootstrap;
import org.kgcoop.eval.Interval;
import org.kgcoop.eval.Metrics;
import org.kgcoop.runs.Metric;
import org.kgcoop.runs.TargetResult;

/**
 * A table of complete runs with one row per method and varied settings, and one column per
 * evaluation set. Each difference between two rows has a confidence interval.
 *
 * <p>An estimate is the mean over seeds of the mean over data sets, as in the published tables. Its
 * deviation is the population standard deviation over seeds (divided by n), as in the log parser of
 * the published code. H is the harmonic mean of the averaged base and new accuracies. Intervals and
 * differences come from {@link Bootstrap}, over images and seeds. A difference is significant if
 * the 95 % interval of its paired resamples excludes 0. A seed counts only if it is complete for
 * all data sets of the row. A difference uses only the pairs of runs on the same data set with the
 * same seed.
 */
public final class RunTable {
  private static final String JOINT_H = "joint_h";

  /**
   * An accuracy in percent.
   *
   * @param deviation the population standard deviation over seeds
   * @param complete false if a seed of the row lacks one of the data sets, or if another row has
   *     more data sets
   * @param interval the confidence interval, or null if the results do not name their images
   */
  public record Estimate(
      double mean,
      @JsonProperty("std") double deviation,
      int seeds,
      int dataSets,
      boolean complete,
      @JsonProperty("interval_95") @Nullable Interval interval) {}

  /**
   * The difference between two rows in a column, in percentage points.
   *
   * @param interval the confidence interval, or null if the results do not name their images
   * @param pairs the number of runs of one row that the other row has, too
   */
  record Difference(
      String column,
      TableRow row,
      TableRow other,
      @JsonProperty("difference") double value,
      @JsonProperty("interval_95") @Nullable Interval interval,
      int pairs) {
    /** Returns true if the interval excludes 0. */
    @JsonProperty("stands")
    boolean isSignificant() {
      return interval != null && interval.excludesZero();
    }
  }

  private final Map<TableRow, Map<String, Map<Long, StoredRun>>> runs;
  private final List<String> targets;
  private final List<String> available;
  private final List<String> columns;
  private final Measurements measurements;
  private final @Nullable Bootstrap bootstrap;

  /** The tables of two rows with only the runs that both have, by these rows. */
  private final Map<List<TableRow>, RunTable> paired;

  private RunTable(
      Map<TableRow, Map<String, Map<Long, StoredRun>>> runs, @Nullable Bootstrap bootstrap) {
    this.runs = runs;
    this.bootstrap = bootstrap;
    this.paired = new HashMap<>();
    targets =
        runs.values().stream()
            .flatMap(RunTable::stream)
            .flatMap(run -> run.targets().stream().map(TargetResult::name))
            .distinct()
            .toList();
    available = TableColumns.available(targets);
    columns = TableColumns.accuracies(targets);
    measurements =
        new Measurements(
            runs,
            Stream.concat(targets.stream(), TableColumns.metrics(targets)).toList(),
            bootstrap);
  }

  private RunTable(RunTable all, List<String> columns) {
    this.runs = all.runs;
    this.targets = all.targets;
    this.available = all.available;
    this.measurements = all.measurements;
    this.bootstrap = all.bootstrap;
    this.paired = all.paired;
    this.columns = List.copyOf(columns);
  }

  /**
   * Makes one row per method, varied settings and shots. Only the newest of equal runs counts.
   *
   * @throws org.kgcoop.KgCoopException if none of the runs is complete
   */
  public static RunTable of(List<StoredRun> runs, Bootstrap bootstrap, Consumer<String> warnings) {
    return new RunTable(RunRows.byMethod(runs, warnings), bootstrap);
  }

  /** Makes a table without confidence intervals from runs that are grouped already. */
  static RunTable withoutIntervals(Map<TableRow, Map<String, Map<Long, StoredRun>>> runs) {
    return new RunTable(runs, null);
  }

  /** Returns the names of the evaluation sets. */
  List<String> targets() {
    return targets;
  }

  /** Returns the names of all columns that the table can show. */
  public List<String> available() {
    return available;
  }

  /** Returns the same table with other columns. */
  public RunTable with(List<String> others) {
    return new RunTable(this, others);
  }

  public List<TableRow> rows() {
    return List.copyOf(runs.keySet());
  }

  public List<String> columns() {
    return columns;
  }

  /** Returns true if a row lacks runs for a complete estimate, although it has some. */
  boolean lacksRuns(TableRow row, String column) {
    return !isComplete(row, column)
        && parts(row, column).stream().allMatch(t -> measurements.of(row, t).dataSets() > 0);
  }

  /** Returns the runs of a row. */
  Stream<StoredRun> runsOf(TableRow row) {
    return stream(runsOfRow(row));
  }

  /** Returns the mean training time per image in milliseconds, or NaN if nothing was trained. */
  public double msPerImage(TableRow row) {
    return Metrics.mean(runsOf(row).map(StoredRun::msPerImage).toList());
  }

  /** Returns the estimate of a row in a column, or null if there is none. */
  public @Nullable Estimate estimate(TableRow row, String column) {
    double mean = derive(row, column, target -> measurements.of(row, target).mean());
    if (Double.isNaN(mean)) {
      return null;
    }
    List<Double> bySeed = new ArrayList<>();
    for (long seed : seeds(row)) {
      double value = derive(row, column, target -> measurements.of(row, target).meanOfSeed(seed));
      if (!Double.isNaN(value)) {
        bySeed.add(value);
      }
    }
    double[] resampled = resampled(row, column);
    return new Estimate(
        mean,
        Metrics.spread(bySeed).standardDeviation(),
        bySeed.size(),
        parts(row, column).stream()
            .mapToInt(target -> measurements.of(row, target).dataSets())
            .max()
            .orElse(0),
        isComplete(row, column),
        resampled == null ? null : Interval.ofResamples(resampled));
  }

  private boolean isComplete(TableRow row, String column) {
    List<String> parts = parts(row, column);
    return parts.stream().allMatch(target -> measurements.of(row, target).isComplete())
        && parts.stream().map(target -> measurements.of(row, target).seeds()).distinct().count()
            == 1;
  }

  /**
   * Returns the difference between two rows in a column, from the runs that both have; null if
   * there are none.
   */
  @Nullable Difference difference(TableRow row, TableRow other, String column) {
    RunTable both = both(row, other);
    Estimate estimate = both.estimate(row, column);
    Estimate against = both.estimate(other, column);
    if (estimate == null || against == null) {
      return null;
    }
    double[] a = both.resampled(row, column);
    double[] b = both.resampled(other, column);
    Interval interval = null;
    if (a != null && b != null) {
      double[] difference = new double[a.length];
      Arrays.setAll(difference, i -> a[i] - b[i]);
      interval = Interval.ofResamples(difference);
    }
    return new Difference(
        column, row, other, estimate.mean() - against.mean(), interval, pairs(row, other));
  }

  /** Returns the best row of a column if its lead over every other row is significant, or null. */
  public @Nullable TableRow best(String column) {
    if (Metric.ofColumn(column).isPresent()) {
      return null; // metrics have no resamples
    }
    TableRow best = null;
    double highest = Double.NEGATIVE_INFINITY;
    for (TableRow row : runs.keySet()) {
      Estimate estimate = estimate(row, column);
      if (estimate != null && estimate.mean() > highest) {
        best = row;
        highest = estimate.mean();
      }
    }
    if (best == null || runs.size() < 2) {
      return null;
    }
    for (TableRow row : runs.keySet()) {
      if (row.equals(best) || estimate(row, column) == null) {
        continue;
      }
      Difference difference = difference(best, row, column);
      if (difference == null || !difference.isSignificant() || difference.value() < 0) {
        return null;
      }
    }
    return best;
  }

  // ---- computation of the figures

  private Map<String, Map<Long, StoredRun>> runsOfRow(TableRow row) {
    return runs.getOrDefault(row, Map.of());
  }

  private static Stream<StoredRun> stream(Map<String, Map<Long, StoredRun>> runsOfRow) {
    return runsOfRow.values().stream().flatMap(bySeed -> bySeed.values().stream());
  }

  private Set<Long> seeds(TableRow row) {
    Set<Long> seeds = new TreeSet<>();
    runsOfRow(row).values().forEach(bySeed -> seeds.addAll(bySeed.keySet()));
    return seeds;
  }

  /** Computes a column from its evaluation sets. The result is NaN if one of them is missing. */
  private double derive(TableRow row, String column, ToDoubleFunction<String> valueOfTarget) {
    return switch (column) {
      case TableColumns.HARMONIC_MEAN ->
          Metrics.harmonicMean(
              valueOfTarget.applyAsDouble("base"), valueOfTarget.applyAsDouble("new"));
      case JOINT_H ->
          Metrics.harmonicMean(
              valueOfTarget.applyAsDouble(Metric.JOINT_BASE.id()),
              valueOfTarget.applyAsDouble(Metric.JOINT_NEW.id()));
      default ->
          TableColumns.isAverage(column)
              ? parts(row, column).stream().mapToDouble(valueOfTarget).average().orElse(Double.NaN)
              : valueOfTarget.applyAsDouble(column);
    };
  }

  /** Returns the evaluation sets that a column is computed from. */
  private List<String> parts(TableRow row, String column) {
    return switch (column) {
      case TableColumns.HARMONIC_MEAN -> List.of("base", "new");
      case JOINT_H -> List.of(Metric.JOINT_BASE.id(), Metric.JOINT_NEW.id());
      default -> {
        if (!TableColumns.isAverage(column)) {
          yield List.of(column);
        }
        String metric = column.substring(0, column.length() - TableColumns.AVERAGE.length());
        yield targets.stream()
            .filter(
                target ->
                    !TableColumns.PARTS.contains(target) && !runsOfRow(row).containsKey(target))
            .map(target -> metric + target)
            .toList();
      }
    };
  }

  private double @Nullable [] resampled(TableRow row, String column) {
    Map<String, double[]> byTarget = new TreeMap<>();
    int count = 0;
    for (String part : parts(row, column)) {
      double[] values = measurements.of(row, part).resampled();
      if (values == null) {
        return null;
      }
      byTarget.put(part, values);
      count = values.length;
    }
    double[] derived = new double[count];
    for (int i = 0; i < count; i++) {
      int resample = i;
      derived[i] =
          derive(
              row,
              column,
              target -> {
                double[] values = byTarget.get(target);
                return values == null ? Double.NaN : values[resample];
              });
    }
    return count == 0 ? null : derived;
  }

  // ---- pairs of runs

  /** Returns the number of runs of a row, on all data sets. */
  int runs(TableRow row) {
    return (int) runsOf(row).count();
  }

  /** Returns the number of runs of one row that the other row has, too. */
  int pairs(TableRow row, TableRow other) {
    return (int) Math.max(stream(common(row, other)).count(), stream(common(other, row)).count());
  }

  /** Returns the table of two rows with only the runs that both have. */
  private RunTable both(TableRow row, TableRow other) {
    Map<String, Map<Long, StoredRun>> own = common(row, other);
    Map<String, Map<Long, StoredRun>> others = common(other, row);
    if (own.equals(runsOfRow(row)) && others.equals(runsOfRow(other))) {
      return this;
    }
    return paired.computeIfAbsent(
        List.of(row, other),
        pair -> {
          Map<TableRow, Map<String, Map<Long, StoredRun>>> two = new LinkedHashMap<>();
          two.put(row, own);
          two.put(other, others);
          return new RunTable(two, bootstrap);
        });
  }

  /**
   * Returns the runs of a row on the data sets of another row, with its seeds. A run without a seed
   * matches any seed.
   */
  private Map<String, Map<Long, StoredRun>> common(TableRow row, TableRow other) {
    Map<String, Map<Long, StoredRun>> common = new TreeMap<>();
    runsOfRow(row)
        .forEach(
            (dataSet, bySeed) -> {
              Set<Long> seeds = runsOfRow(other).getOrDefault(dataSet, Map.of()).keySet();
              Map<Long, StoredRun> shared = new TreeMap<>(bySeed);
              if (!seeds.contains(RunRows.NO_SEED)) {
                shared
                    .keySet()
                    .removeIf(
                        seed -> seed == RunRows.NO_SEED ? seeds.isEmpty() : !seeds.contains(seed));
              }
              if (!shared.isEmpty()) {
                common.put(dataSet, shared);
              }
            });
    return common;
  }
}
