package org.kgcoop.tables;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.eval.Metrics;

/**
 * A row of a table: the runs of a method with the same settings and shots, one per data set and
 * seed. A row averages only the seeds that are complete for all of its data sets. Otherwise the
 * seeds would be averaged over data sets of unequal difficulty.
 */
public final class TableRow {
  /** The seed of a run that does not depend on one. */
  private static final long NO_SEED = Long.MIN_VALUE;

  /**
   * The accuracies of the row on an evaluation set, in percent.
   *
   * @param bySeed the mean over data sets for each seed that counts
   * @param dataSets the data sets that have the evaluation set
   * @param isComplete true if each of the data sets has each of the seeds
   */
  record Accuracies(Map<Long, Double> bySeed, Set<String> dataSets, boolean isComplete) {
    /** Returns the mean over seeds of the mean over data sets, or NaN without a complete seed. */
    double mean() {
      return Metrics.mean(bySeed.values());
    }

    double ofSeed(long seed) {
      return bySeed.getOrDefault(seed, Double.NaN);
    }
  }

  private final String label;
  private final String method;
  private final Map<String, String> setting;
  private final int shots;

  /** The runs by data set and seed. */
  private final Map<String, Map<Long, StoredRun>> runs;

  private final Map<String, Accuracies> accuracies = new HashMap<>();

  /**
   * Makes a row without runs.
   *
   * @param label the method, and the settings and shots that distinguish the row
   * @param setting the varied settings
   * @param shots the number of training images per class, or 0 for all
   * @param runs an empty map, which determines the order of the data sets
   */
  TableRow(
      String label,
      String method,
      Map<String, String> setting,
      int shots,
      Map<String, Map<Long, StoredRun>> runs) {
    this.label = label;
    this.method = method;
    this.setting = setting;
    this.shots = shots;
    this.runs = runs;
  }

  /** Adds a run. If the row has a run with its data set and seed, {@code joined} makes one. */
  void add(StoredRun run, BinaryOperator<StoredRun> joined) {
    runs.computeIfAbsent(run.dataSet(), set -> new TreeMap<>())
        .merge(run.seed() == null ? NO_SEED : run.seed(), run, joined);
  }

  @JsonValue
  public String label() {
    return label;
  }

  String method() {
    return method;
  }

  Map<String, String> setting() {
    return setting;
  }

  int shots() {
    return shots;
  }

  Set<String> dataSets() {
    return runs.keySet();
  }

  Stream<StoredRun> runs() {
    return runs.values().stream().flatMap(bySeed -> bySeed.values().stream());
  }

  int size() {
    return (int) runs().count();
  }

  Set<Long> seeds() {
    Set<Long> seeds = new TreeSet<>();
    runs.values().forEach(bySeed -> seeds.addAll(bySeed.keySet()));
    return seeds;
  }

  /** Returns false if the runs would be equal with any seed. */
  boolean dependsOnSeed() {
    return !seeds().contains(NO_SEED);
  }

  /**
   * Returns the runs on a data set that count on an evaluation set, in the order of their seeds.
   */
  Stream<StoredRun> counted(String dataSet, String target) {
    Map<Long, StoredRun> counted = new TreeMap<>(bySeed(dataSet));
    counted.keySet().retainAll(accuracies(target).bySeed().keySet());
    return counted.values().stream();
  }

  private Map<Long, StoredRun> bySeed(String dataSet) {
    return runs.getOrDefault(dataSet, Map.of());
  }

  /** Returns the accuracies on an evaluation set, or the values of a metric. */
  Accuracies accuracies(String target) {
    return accuracies.computeIfAbsent(target, this::measured);
  }

  private Accuracies measured(String target) {
    Map<String, Set<Long>> having = new TreeMap<>();
    runs.forEach(
        (dataSet, bySeed) -> {
          Set<Long> own = new TreeSet<>(bySeed.keySet());
          own.removeIf(seed -> Double.isNaN(value(bySeed.get(seed), target)));
          if (!own.isEmpty()) {
            having.put(dataSet, own);
          }
        });
    Set<Long> seeds = new TreeSet<>();
    having.values().forEach(seeds::addAll);
    having.values().forEach(seeds::retainAll);
    Map<Long, Double> means = new TreeMap<>();
    for (long seed : seeds) {
      means.put(
          seed,
          Metrics.mean(
              having.keySet().stream().map(set -> value(bySeed(set).get(seed), target)).toList()));
    }
    return new Accuracies(means, having.keySet(), having.values().stream().allMatch(seeds::equals));
  }

  private static double value(@Nullable StoredRun run, String target) {
    return run == null ? Double.NaN : run.value(target);
  }

  /**
   * Returns the row with only its runs on the data sets of another row, with its seeds. A run
   * without a seed matches any seed.
   */
  TableRow common(TableRow other) {
    TableRow common = new TableRow(label, method, setting, shots, new TreeMap<>());
    runs.forEach(
        (dataSet, bySeed) -> {
          Set<Long> seeds = other.bySeed(dataSet).keySet();
          bySeed.forEach(
              (seed, run) -> {
                boolean matchesAny = seed == NO_SEED || seeds.contains(NO_SEED);
                boolean isShared = matchesAny ? !seeds.isEmpty() : seeds.contains(seed);
                if (isShared) {
                  common.add(run, (first, second) -> second);
                }
              });
        });
    return common;
  }
}
