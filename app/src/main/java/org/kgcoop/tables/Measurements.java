package org.kgcoop.tables;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.Bootstrap;
import org.kgcoop.eval.Metrics;

/**
 * The accuracies of table rows on evaluation sets, averaged over data sets and resampled. A row
 * averages only the seeds that are complete for all of its data sets. Otherwise the seeds would be
 * averaged over data sets of unequal difficulty.
 */
final class Measurements {

  /**
   * The accuracy of a row on an evaluation set, in percent.
   *
   * @param bySeed the mean over data sets for each seed that counts
   * @param dataSets the number of data sets that have the evaluation set
   * @param isComplete true if the row has all of its seeds on every data set of the table
   * @param resampled the resampled means over data sets, or null if a run does not name its images
   *     or names other images than the other runs
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  record Measured(
      Map<Long, Double> bySeed, int dataSets, boolean isComplete, double @Nullable [] resampled) {
    private static final Measured NOTHING = new Measured(Map.of(), 0, true, null);

    /** Returns the mean over seeds of the mean over data sets, or NaN without a complete seed. */
    double mean() {
      return Metrics.mean(bySeed.values());
    }

    double meanOfSeed(long seed) {
      return bySeed.getOrDefault(seed, Double.NaN);
    }

    Set<Long> seeds() {
      return bySeed.keySet();
    }
  }

  /** A sum over data sets, and the number of summands. */
  private static final class Sum {
    private final double[] values;
    private int dataSets;

    Sum(int resamples) {
      values = new double[resamples];
    }

    void add(double[] summand) {
      Arrays.setAll(values, i -> values[i] + summand[i]);
      dataSets++;
    }

    double[] mean() {
      return Arrays.stream(values).map(v -> v / dataSets).toArray();
    }
  }

  private record Key(TableRow row, String target) {}

  private final Map<TableRow, Map<String, Map<Long, StoredRun>>> runs;

  /** The names of the data sets that have results, by evaluation set. */
  private final Map<String, Set<String>> dataSets = new HashMap<>();

  private final Map<Key, Measured> measured = new HashMap<>();

  Measurements(
      Map<TableRow, Map<String, Map<Long, StoredRun>>> runs,
      List<String> targets,
      @Nullable Bootstrap bootstrap) {
    this.runs = runs;
    Map<Key, Sum> sums = new HashMap<>();
    for (String target : targets) {
      Set<String> having = new TreeSet<>();
      runs.keySet().forEach(row -> having.addAll(dataSets(row, target)));
      dataSets.put(target, having);
    }
    if (bootstrap != null) {
      resample(targets, bootstrap, sums);
    }
    for (TableRow row : runs.keySet()) {
      for (String target : targets) {
        Key key = new Key(row, target);
        measured.put(key, measure(row, target, sums.get(key)));
      }
    }
  }

  Measured of(TableRow row, String target) {
    return measured.getOrDefault(new Key(row, target), Measured.NOTHING);
  }

  private Map<Long, StoredRun> bySeed(TableRow row, String dataSet) {
    return runs.getOrDefault(row, Map.of()).getOrDefault(dataSet, Map.of());
  }

  private void resample(List<String> targets, Bootstrap bootstrap, Map<Key, Sum> sums) {
    TreeSet<String> all = new TreeSet<>();
    runs.values().forEach(bySet -> all.addAll(bySet.keySet()));
    for (String dataSet : all) {
      Outcomes outcomes =
          new Outcomes(
              runs.keySet().stream().flatMap(r -> bySeed(r, dataSet).values().stream()).toList());
      for (String target : targets) {
        resample(dataSet, target, outcomes, bootstrap, sums);
      }
    }
  }

  private void resample(
      String dataSet, String target, Outcomes outcomes, Bootstrap bootstrap, Map<Key, Sum> sums) {
    List<TableRow> rows = new ArrayList<>();
    List<int[][]> correct = new ArrayList<>();
    for (TableRow row : runs.keySet()) {
      Map<Long, StoredRun> counted = new TreeMap<>(bySeed(row, dataSet));
      counted.keySet().retainAll(seeds(row, target));
      int[][] outcome = outcomes.correct(counted.values(), target);
      if (outcome != null) {
        rows.add(row);
        correct.add(outcome);
      }
    }
    if (rows.isEmpty()) {
      return;
    }
    double[][] values = bootstrap.accuracies(dataSet, target, correct.toArray(int[][][]::new));
    for (int i = 0; i < rows.size(); i++) {
      sums.computeIfAbsent(new Key(rows.get(i), target), k -> new Sum(bootstrap.resamples()))
          .add(values[i]);
    }
  }

  private Measured measure(TableRow row, String target, @Nullable Sum sum) {
    Set<String> own = dataSets(row, target);
    Set<Long> seeds = seeds(row, target);
    Map<Long, Double> means = new TreeMap<>();
    for (long seed : seeds) {
      means.put(
          seed,
          Metrics.mean(
              own.stream().map(set -> accuracy(bySeed(row, set).get(seed), target)).toList()));
    }
    boolean complete =
        own.equals(dataSets.get(target))
            && own.stream().allMatch(set -> seeds.equals(seedsOnSet(row, set, target)));
    return new Measured(
        means, own.size(), complete, sum != null && sum.dataSets == own.size() ? sum.mean() : null);
  }

  /** Returns the data sets of a row that have results on an evaluation set. */
  private Set<String> dataSets(TableRow row, String target) {
    Set<String> having = new TreeSet<>(runs.getOrDefault(row, Map.of()).keySet());
    having.removeIf(set -> seedsOnSet(row, set, target).isEmpty());
    return having;
  }

  /** Returns the seeds that are complete for all data sets of a row. */
  private Set<Long> seeds(TableRow row, String target) {
    Set<Long> seeds = new TreeSet<>();
    dataSets(row, target).forEach(set -> seeds.addAll(seedsOnSet(row, set, target)));
    dataSets(row, target).forEach(set -> seeds.retainAll(seedsOnSet(row, set, target)));
    return seeds;
  }

  private Set<Long> seedsOnSet(TableRow row, String dataSet, String target) {
    Map<Long, StoredRun> having = new TreeMap<>(bySeed(row, dataSet));
    having.values().removeIf(run -> Double.isNaN(accuracy(run, target)));
    return having.keySet();
  }

  /** Returns the accuracy of a run, or NaN if the run has no results on the evaluation set. */
  private static double accuracy(@Nullable StoredRun run, String target) {
    return run == null ? Double.NaN : run.value(target);
  }
}
