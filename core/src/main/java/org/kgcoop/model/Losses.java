package org.kgcoop.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.tensor.Tensor;

/**
 * The losses of a batch.
 *
 * @param told the recorded ones by name, each ()
 * @param followed those whose gradients make the update, each ()
 */
public record Losses(Map<String, Tensor> told, List<Tensor> followed) {
  public Losses {
    told = Collections.unmodifiableMap(new LinkedHashMap<>(told));
    followed = List.copyOf(followed);
  }

  /** Losses of which the first is followed. */
  public Losses(Map<String, Tensor> told) {
    this(told, List.of(told.values().iterator().next()));
  }

  /** Returns a single loss. */
  public static Losses of(Tensor loss) {
    return new Losses(Map.of("loss", loss));
  }
}
