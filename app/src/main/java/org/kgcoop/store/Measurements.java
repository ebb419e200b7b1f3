package org.kgcoop.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.Bootstrap;

/** The rows of a table on their targets: averaged over data sets, and resampled. */
final class Measurements {

  /** A row on a target, in percent. */
  static final class Measured {
    private static final Measured NOTHING = new Measured(Map.of(), 0, null);

    private final Map<Long, Double> bySeed;
    private final int dataSets;
    private final double @Nullable [] resampled;

    private Measured(Map<Long, Double> bySeed, int dataSets, double @Nullable [] resampled) {
      this.bySeed = bySeed;
      this.dataSets = dataSets;
      this.resampled = resampled;
    }

    /** The mean over seeds of the mean over data sets; NaN where the row lacks the target. */
    double mean() {
      return bySeed.values().stream().mapToDouble(v -> v).average().orElse(Double.NaN);
    }

    double ofSeed(long seed) {
      return bySeed.getOrDefault(seed, Double.NaN);
    }

    /** How many data sets have the target. */
    int dataSets() {
      return dataSets;
    }

    /**
     * Means over data sets, resampled; null where a run does not name its pictures, or names others
     * than the runs beside it.
     */
    double @Nullable [] resampled() {
      return resampled;
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

  private record Key(RunTable.Row row, String target) {}

  private final Map<RunTable.Row, Map<String, Map<Long, StoredRun>>> runs;
  private final Map<Key, Measured> measured = new HashMap<>();

  Measurements(
      Map<RunTable.Row, Map<String, Map<Long, StoredRun>>> runs,
      List<String> targets,
      Bootstrap bootstrap) {
    this.runs = runs;
    Map<Key, Sum> sums = new HashMap<>();
    TreeSet<String> dataSets = new TreeSet<>();
    runs.values().forEach(ofRow -> dataSets.addAll(ofRow.keySet()));
    for (String dataSet : dataSets) {
      Outcomes outcomes =
          new Outcomes(
              runs.keySet().stream().flatMap(r -> bySeed(r, dataSet).values().stream()).toList());
      for (String target : targets) {
        resample(dataSet, target, outcomes, bootstrap, sums);
      }
    }
    for (RunTable.Row row : runs.keySet()) {
      for (String target : targets) {
        Key key = new Key(row, target);
        measured.put(key, measure(row, target, sums.get(key)));
      }
    }
  }

  Measured of(RunTable.Row row, String target) {
    return measured.getOrDefault(new Key(row, target), Measured.NOTHING);
  }

  private Map<Long, StoredRun> bySeed(RunTable.Row row, String dataSet) {
    return runs.getOrDefault(row, Map.of()).getOrDefault(dataSet, Map.of());
  }

  private void resample(
      String dataSet, String target, Outcomes outcomes, Bootstrap bootstrap, Map<Key, Sum> sums) {
    List<RunTable.Row> rows = new ArrayList<>();
    List<int[][]> correct = new ArrayList<>();
    for (RunTable.Row row : runs.keySet()) {
      int[][] ofSeeds = outcomes.correct(bySeed(row, dataSet).values(), target);
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

  private Measured measure(RunTable.Row row, String target, @Nullable Sum sum) {
    Map<Long, List<Double>> bySeed = new TreeMap<>();
    int dataSets = 0;
    for (Map<Long, StoredRun> ofSet : runs.getOrDefault(row, Map.of()).values()) {
      boolean has = false;
      for (Map.Entry<Long, StoredRun> entry : ofSet.entrySet()) {
        StoredRun.Target counts = entry.getValue().target(target);
        if (counts != null && counts.total() > 0) {
          bySeed.computeIfAbsent(entry.getKey(), s -> new ArrayList<>()).add(counts.accuracy());
          has = true;
        }
      }
      dataSets += has ? 1 : 0;
    }
    Map<Long, Double> means = new TreeMap<>();
    bySeed.forEach(
        (seed, values) ->
            means.put(seed, values.stream().mapToDouble(v -> v).average().orElse(Double.NaN)));
    return new Measured(
        means, dataSets, sum != null && sum.dataSets == dataSets ? sum.mean() : null);
  }
}
