package org.kgcoop.store;

import java.util.List;
import java.util.Map;

/**
 * Which runs are meant; empty lists and maps leave all.
 *
 * @param settings values by name; the last part of a name is enough, {@code weight} for {@code
 *     method.weight}
 */
public record RunFilter(
    List<String> methods,
    List<String> dataSets,
    List<String> protocols,
    List<Long> seeds,
    List<Integer> shots,
    List<String> states,
    Map<String, String> settings) {

  /** All runs. */
  public static final RunFilter ALL =
      new RunFilter(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), Map.of());

  public RunFilter {
    methods = List.copyOf(methods);
    dataSets = List.copyOf(dataSets);
    protocols = List.copyOf(protocols);
    seeds = List.copyOf(seeds);
    shots = List.copyOf(shots);
    states = List.copyOf(states);
    settings = Map.copyOf(settings);
  }
}
