package org.kgcoop.tables;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The conditions that runs must meet. An empty list or map accepts all runs.
 *
 * @param settings the values by name; the last part of a name is enough, {@code weight} for {@code
 *     method.weight}
 */
public record RunFilter(
    List<String> methods,
    List<String> dataSets,
    List<String> protocols,
    List<Long> seeds,
    List<Integer> shots,
    Map<String, String> settings) {

  private static final String NUMBER = "[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?";

  public RunFilter {
    methods = List.copyOf(methods);
    dataSets = List.copyOf(dataSets);
    protocols = List.copyOf(protocols);
    seeds = List.copyOf(seeds);
    shots = List.copyOf(shots);
    settings = Map.copyOf(settings);
  }

  boolean takes(StoredRun run) {
    return isAmong(methods, run.method())
        && isAmong(dataSets, run.dataSet())
        && isAmong(protocols, run.protocol())
        && isAmong(seeds, run.seed())
        && isAmong(shots, run.shots())
        && settings.entrySet().stream()
            .allMatch(wanted -> has(run, wanted.getKey(), wanted.getValue()));
  }

  private static boolean isAmong(List<?> accepted, @Nullable Object value) {
    return accepted.isEmpty() || (value != null && accepted.contains(value));
  }

  private static boolean has(StoredRun run, String key, String value) {
    return run.settings().entrySet().stream()
        .filter(e -> e.getKey().equals(key) || e.getKey().endsWith("." + key))
        .anyMatch(e -> e.getValue().equals(value) || areEqualNumbers(e.getValue(), value));
  }

  private static boolean areEqualNumbers(String a, String b) {
    return a.matches(NUMBER) && b.matches(NUMBER) && Double.parseDouble(a) == Double.parseDouble(b);
  }
}
