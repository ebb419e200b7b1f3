package org.kgcoop.tables;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
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
 * the 95 % interval of its paired resamples excludes 0, and if it has more than one seed. A seed
 * counts only if it is complete for all data sets of the row. A difference uses only the pairs of
 * runs on the same data set with the same seed.
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
   * @param coversSeeds false if a row depends on the seed and has one: the interval then says
   *     nothing about other seeds
   */
  record Difference(
      String column,
      TableRow row,
      TableRow other,
      @JsonProperty("difference") double value,
      @JsonProperty("interval_95") @Nullable Interval interval,
      int pairs,
      @JsonIgnore boolean coversSeeds) {
    /** Returns true if the interval excludes 0, and covers seeds. */
    @JsonProperty("stands")
    boolean isSignificant() {
      return interval != null && interval.excludesZero() && coversSeeds;
    }
  }

  private record Key(TableRow row, String target) {}

  private final List<TableRow> rows;
  private final List<String> targets;
  private final @Nullable Bootstrap bootstrap;

  /** The accuracies on evaluation sets, resampled and averaged over data sets. */
  private final Map<Key, double[]> resampled;

  /** The tables of two rows with only the runs that both have, by these rows. */
  private final Map<List<TableRow>, RunTable> paired;

  private RunTable(List<TableRow> rows, @Nullable Bootstrap bootstrap) {
    this.rows = List.copyOf(rows);
    this.bootstrap = bootstrap;
    this.paired = new HashMap<>();
    targets =
        rows.stream()
            .flatMap(TableRow::runs)
            .flatMap(run -> run.targets().stream().map(TargetResult::name))
            .distinct()
            .toList();
    resampled = bootstrap == null ? Map.of() : resampled(rows, targets, bootstrap);
  }

  /**
   * Makes one row per method, varied settings and shots. Only the newest of equal runs counts.
   *
   * @throws org.kgcoop.KgCoopException if none of the runs is complete
   */
  public static RunTable of(List<StoredRun> runs, Bootstrap bootstrap, Consumer<String> warnings) {
    return new RunTable(RunRows.byMethod(runs, warnings), bootstrap);
  }

  /** Makes a table without confidence intervals. */
  static RunTable withoutIntervals(List<TableRow> rows) {
    return new RunTable(rows, null);
  }

  /** Returns the names of the evaluation sets. */
  List<String> targets() {
    return targets;
  }

  /** Returns the names of all columns that the table can show. */
  public List<String> available() {
    return TableColumns.available(targets);
  }

  /** Returns the accuracies of the evaluation sets. */
  public List<String> accuracies() {
    return TableColumns.accuracies(targets);
  }

  public List<TableRow> rows() {
    return rows;
  }

  /** Returns true if a row lacks runs for a complete estimate, although it has some. */
  boolean lacksRuns(TableRow row, String column) {
    return !isComplete(row, column)
        && parts(row, column).stream().noneMatch(t -> row.accuracies(t).dataSets().isEmpty());
  }

  /** Returns the mean training time per image in milliseconds, or NaN if nothing was trained. */
  public double msPerImage(TableRow row) {
    return Metrics.mean(row.runs().map(StoredRun::msPerImage).toList());
  }

  /** Returns the estimate of a row in a column, or null if there is none. */
  public @Nullable Estimate estimate(TableRow row, String column) {
    List<TableRow.Accuracies> parts = parts(row, column).stream().map(row::accuracies).toList();
    double mean = derived(column, parts.stream().mapToDouble(TableRow.Accuracies::mean));
    if (Double.isNaN(mean)) {
      return null;
    }
    List<Double> bySeed = new ArrayList<>();
    for (long seed : row.seeds()) {
      double value = derived(column, parts.stream().mapToDouble(part -> part.ofSeed(seed)));
      if (!Double.isNaN(value)) {
        bySeed.add(value);
      }
    }
    double[] values = resampled(row, column);
    return new Estimate(
        mean,
        Metrics.spread(bySeed).standardDeviation(),
        bySeed.size(),
        parts.stream().mapToInt(part -> part.dataSets().size()).max().orElse(0),
        isComplete(row, column),
        values == null ? null : Interval.ofResamples(values));
  }

  private boolean isComplete(TableRow row, String column) {
    List<String> parts = parts(row, column);
    return parts.stream().allMatch(target -> hasAllRuns(row, target))
        && parts.stream().map(t -> row.accuracies(t).bySeed().keySet()).distinct().count() == 1;
  }

  /** Returns true if a row has all of its seeds on every data set of the table. */
  private boolean hasAllRuns(TableRow row, String target) {
    TableRow.Accuracies own = row.accuracies(target);
    return own.isComplete()
        && rows.stream()
            .allMatch(other -> own.dataSets().containsAll(other.accuracies(target).dataSets()));
  }

  /**
   * Returns the difference between two rows in a column, from the runs that both have; null if
   * there are none.
   */
  @Nullable Difference difference(TableRow row, TableRow other, String column) {
    TableRow own = row.common(other);
    TableRow others = other.common(row);
    boolean isWhole = own.size() == row.size() && others.size() == other.size();
    RunTable both =
        isWhole
            ? this
            : paired.computeIfAbsent(
                List.of(row, other), pair -> new RunTable(List.of(own, others), bootstrap));
    TableRow first = isWhole ? row : both.rows.get(0);
    TableRow second = isWhole ? other : both.rows.get(1);
    Estimate estimate = both.estimate(first, column);
    Estimate against = both.estimate(second, column);
    if (estimate == null || against == null) {
      return null;
    }
    double[] a = both.resampled(first, column);
    double[] b = both.resampled(second, column);
    Interval interval =
        a == null || b == null ? null : Interval.ofResamples(each(a.length, i -> a[i] - b[i]));
    return new Difference(
        column,
        row,
        other,
        estimate.mean() - against.mean(),
        interval,
        pairs(row, other),
        hasSeeds(first, estimate) && hasSeeds(second, against));
  }

  private static boolean hasSeeds(TableRow row, Estimate estimate) {
    return estimate.seeds() > 1 || !row.dependsOnSeed();
  }

  /** Returns the best row of a column if its lead over every other row is significant, or null. */
  public @Nullable TableRow best(String column) {
    if (Metric.ofColumn(column).isPresent()) {
      return null; // metrics have no resamples
    }
    List<TableRow> measured = rows.stream().filter(row -> estimate(row, column) != null).toList();
    TableRow best =
        measured.stream()
            .max(
                Comparator.comparingDouble(
                    row -> Objects.requireNonNull(estimate(row, column)).mean()))
            .orElse(null);
    boolean leads =
        rows.size() > 1
            && measured.stream()
                .filter(row -> !row.equals(best))
                .map(row -> difference(Objects.requireNonNull(best), row, column))
                .allMatch(lead -> lead != null && lead.isSignificant() && lead.value() >= 0);
    return leads ? best : null;
  }

  // ---- computation of the figures

  /** Computes a column from its evaluation sets. The result is NaN if one of them is missing. */
  private static double derived(String column, DoubleStream parts) {
    if (column.equals(TableColumns.HARMONIC_MEAN) || column.equals(JOINT_H)) {
      double[] two = parts.toArray();
      return Metrics.harmonicMean(two[0], two[1]);
    }
    return parts.average().orElse(Double.NaN);
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
                target -> !TableColumns.PARTS.contains(target) && !row.dataSets().contains(target))
            .map(target -> metric + target)
            .toList();
      }
    };
  }

  private double @Nullable [] resampled(TableRow row, String column) {
    List<String> names = parts(row, column);
    List<double[]> parts =
        names.stream()
            .map(part -> resampled.get(new Key(row, part)))
            .filter(Objects::nonNull)
            .toList();
    return parts.isEmpty() || parts.size() < names.size()
        ? null
        : each(
            parts.get(0).length,
            i -> derived(column, parts.stream().mapToDouble(resamples -> resamples[i])));
  }

  private static Map<Key, double[]> resampled(
      List<TableRow> rows, List<String> targets, Bootstrap bootstrap) {
    Map<Key, List<double[]>> found = new HashMap<>(); // one element per data set
    TreeSet<String> dataSets = new TreeSet<>();
    rows.forEach(row -> dataSets.addAll(row.dataSets()));
    for (String dataSet : dataSets) {
      Outcomes outcomes =
          new Outcomes(
              rows.stream()
                  .flatMap(TableRow::runs)
                  .filter(run -> run.dataSet().equals(dataSet))
                  .toList());
      for (String target : targets) {
        List<Key> keys = new ArrayList<>();
        List<int[][]> correct = new ArrayList<>();
        for (TableRow row : rows) {
          int[][] own = outcomes.correct(row.counted(dataSet, target).toList(), target);
          if (own != null) {
            keys.add(new Key(row, target));
            correct.add(own);
          }
        }
        if (!keys.isEmpty()) {
          double[][] values =
              bootstrap.accuracies(dataSet, target, correct.toArray(int[][][]::new));
          for (int i = 0; i < values.length; i++) {
            found.computeIfAbsent(keys.get(i), key -> new ArrayList<>()).add(values[i]);
          }
        }
      }
    }
    Map<Key, double[]> means = new HashMap<>();
    found.forEach(
        (key, values) -> {
          // Results that do not name their images, or name others, leave a row without resamples.
          if (values.size() >= key.row().accuracies(key.target()).dataSets().size()) {
            means.put(
                key,
                each(
                    bootstrap.resamples(),
                    i ->
                        values.stream().mapToDouble(v -> v[i]).reduce(0, Double::sum)
                            / values.size()));
          }
        });
    return means;
  }

  private static double[] each(int count, IntToDoubleFunction value) {
    return IntStream.range(0, count).mapToDouble(value).toArray();
  }

  /** Returns the number of runs of one row that the other row has, too. */
  static int pairs(TableRow row, TableRow other) {
    return Math.max(row.common(other).size(), other.common(row).size());
  }
}
