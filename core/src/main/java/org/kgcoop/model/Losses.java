package org.kgcoop.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.tensor.Tensor;

/**
 * Losses of a batch.
 *
 * @param told the logged losses by name, each ()
 * @param followed the optimized losses, each ()
 */
public record Losses(Map<String, Tensor> told, List<Tensor> followed) {
  public Losses {
    told = Collections.unmodifiableMap(new LinkedHashMap<>(told));
    followed = List.copyOf(followed);
  }

  /** Creates losses, of which the first one is optimized. */
  public Losses(Map<String, Tensor> told) {
    this(told, List.of(told.values().iterator().next()));
  }

  /** Creates a single loss. */
  public static Losses of(Tensor loss) {
    return new Losses(Map.of("loss", loss));
  }
}
