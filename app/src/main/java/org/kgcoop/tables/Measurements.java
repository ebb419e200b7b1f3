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
 * The rows of a table on their targets: averaged over data sets, and resampled. Of a row only those
 * seeds count that all of its data sets have, since a mean over other data sets for each seed would
 * compare what is easy with what is hard.
 */
final class Measurements {

  /**
   * A row on a target, in percent.
   *
   * @param bySeed the mean over data sets, of the seeds that count
   * @param dataSets the number of data sets that have the target
   * @param isComplete true if the row has each of its seeds on each data set that any row has
   * @param resampled means over data sets, resampled; null where a run does not name its images, or
   *     names others than the runs beside it
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
  record Measured(
      Map<Long, Double> bySeed, int dataSets, boolean isComplete, double @Nullable [] resampled) {
    private static final Measured NOTHING = new Measured(Map.of(), 0, true, null);

    /** The mean over seeds of the mean over data sets; NaN where no seed has all of them. */
    double mean() {
      return Metrics.mean(bySeed.values());
    }

    double ofSeed(long seed) {
      return bySeed.getOrDefault(seed, Double.NaN);
    }

    Set<Long> seeds() {
      return bySeed.keySet();
    }
  }

  /** A sum over data sets, and over how many of them. */
  private static final class Sum {
    private final double[] values;
    private int dataSets;

    Sum(int resamples) {
      values = new double[resamples];
    }

    void add(double[] ofDataSet) {
      Arrays.setAll(values, i -> values[i] + ofDataSet[i]);
      dataSets++;
    }

    double[] mean() {
      return Arrays.stream(values).map(v -> v / dataSets).toArray();
    }
  }

  private record Key(TableRow row, String target) {}

  private final Map<TableRow, Map<String, Map<Long, StoredRun>>> runs;

  /** The data sets that any row has of a target. */
  private final Map<String, Set<String>> dataSets = new HashMap<>();

  private final Map<Key, Measured> measured = new HashMap<>();

  Measurements(
      Map<TableRow, Map<String, Map<Long, StoredRun>>> runs,
      List<String> targets,
      Bootstrap bootstrap) {
    this.runs = runs;
    Map<Key, Sum> sums = new HashMap<>();
    for (String target : targets) {
      Set<String> having = new TreeSet<>();
      runs.keySet().forEach(row -> having.addAll(dataSets(row, target)));
      dataSets.put(target, having);
    }
    TreeSet<String> all = new TreeSet<>();
    runs.values().forEach(ofRow -> all.addAll(ofRow.keySet()));
    for (String dataSet : all) {
      Outcomes outcomes =
          new Outcomes(
              runs.keySet().stream().flatMap(r -> bySeed(r, dataSet).values().stream()).toList());
      for (String target : targets) {
        resample(dataSet, target, outcomes, bootstrap, sums);
      }
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

  private void resample(
      String dataSet, String target, Outcomes outcomes, Bootstrap bootstrap, Map<Key, Sum> sums) {
    List<TableRow> rows = new ArrayList<>();
    List<int[][]> correct = new ArrayList<>();
    for (TableRow row : runs.keySet()) {
      Map<Long, StoredRun> counted = new TreeMap<>(bySeed(row, dataSet));
      counted.keySet().retainAll(seeds(row, target));
      int[][] ofSeeds = outcomes.correct(counted.values(), target);
      if (ofSeeds != null) {
        rows.add(row);
        correct.add(ofSeeds);
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
            && own.stream().allMatch(set -> seeds.equals(seedsOf(row, set, target)));
    return new Measured(
        means, own.size(), complete, sum != null && sum.dataSets == own.size() ? sum.mean() : null);
  }

  /** The data sets of a row that have a target. */
  private Set<String> dataSets(TableRow row, String target) {
    Set<String> having = new TreeSet<>(runs.getOrDefault(row, Map.of()).keySet());
    having.removeIf(set -> seedsOf(row, set, target).isEmpty());
    return having;
  }

  /** The seeds that all of these have. */
  private Set<Long> seeds(TableRow row, String target) {
    Set<Long> seeds = new TreeSet<>();
    dataSets(row, target).forEach(set -> seeds.addAll(seedsOf(row, set, target)));
    dataSets(row, target).forEach(set -> seeds.retainAll(seedsOf(row, set, target)));
    return seeds;
  }

  private Set<Long> seedsOf(TableRow row, String dataSet, String target) {
    Map<Long, StoredRun> having = new TreeMap<>(bySeed(row, dataSet));
    having.values().removeIf(run -> Double.isNaN(accuracy(run, target)));
    return having.keySet();
  }

  /** NaN where a run lacks the target. */
  private static double accuracy(@Nullable StoredRun run, String target) {
    return run == null ? Double.NaN : run.figure(target);
  }
}
