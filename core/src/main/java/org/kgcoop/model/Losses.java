package org.kgcoop.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.tensor.Tensor;

/**
 * Losses of a batch.
 *
 * @param logged the logged losses by name, each ()
 * @param optimized the optimized losses, each ()
 */
public record Losses(Map<String, Tensor> logged, List<Tensor> optimized) {
  public Losses {
    logged = Collections.unmodifiableMap(new LinkedHashMap<>(logged));
    optimized = List.copyOf(optimized);
  }

  /** Returns the logged losses as numbers. */
  public Map<String, Double> values() {
    Map<String, Double> values = new LinkedHashMap<>();
    logged.forEach((name, loss) -> values.put(name, loss.item()));
    return values;
  }

  /** Creates a single loss. */
  public static Losses of(Tensor loss) {
    return new Losses(Map.of("loss", loss), List.of(loss));
  }

  /** Returns these losses with another one that is only logged. */
  public Losses and(String name, Tensor loss) {
    Map<String, Tensor> all = new LinkedHashMap<>(logged);
    all.put(name, loss);
    return new Losses(all, optimized);
  }
}
