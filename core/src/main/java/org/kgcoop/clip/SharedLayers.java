package org.kgcoop.clip;

import java.util.HashMap;
import java.util.Map;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Tensor;

/**
 * Untrained weights for measurements of speed. All layers of a shape are one layer, so that the
 * copies for fast products need memory only once.
 */
final class SharedLayers extends ForwardedWeights {
  private final Map<String, Linear> layers = new HashMap<>();

  SharedLayers(WeightSource weights) {
    super(weights);
  }

  @Override
  public Linear linear(
      String name, Tensor bias, double scale, Linear.Packs packs, long outputs, long inputs) {
    Linear own = super.linear(name, bias, scale, packs, outputs, inputs);
    return layers.computeIfAbsent(
        "%s x %s, %s, %s".formatted(outputs, inputs, scale, packs), shape -> own);
  }
}
