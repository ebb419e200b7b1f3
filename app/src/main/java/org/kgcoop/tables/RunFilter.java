package org.kgcoop.tables;

import java.util.Map;

/**
 * The conditions that runs must meet. An empty map accepts all runs.
 *
 * @param settings the values by name; the last part of a name is enough, {@code weight} for {@code
 *     method.weight}
 */
public record RunFilter(Map<String, String> settings) {

  private static final String NUMBER = "[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?";

  public RunFilter {
    settings = Map.copyOf(settings);
  }

  boolean takes(StoredRun run) {
    return settings.entrySet().stream()
        .allMatch(wanted -> has(run, wanted.getKey(), wanted.getValue()));
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
