package org.kgcoop.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.tensor.Tensor;

/**
 * Losses and gradients of a batch.
 *
 * @param losses the losses by name, starting with the optimized one
 * @param gradients one gradient per parameter, with the same shape and in the same order
 */
public record Step(Map<String, Double> losses, List<Tensor> gradients) {
  public Step {
    losses = Collections.unmodifiableMap(new LinkedHashMap<>(losses));
    gradients = List.copyOf(gradients);
  }

  /**
   * Returns this step with the gradients scaled so that their total norm is at most a bound, like
   * PyTorch's {@code clip_grad_norm_}.
   */
  public Step clipped(double bound) {
    double squares = 0;
    for (Tensor gradient : gradients) {
      double norm = gradient.norm().item();
      squares += norm * norm;
    }
    double factor = bound / (Math.sqrt(squares) + 1e-6);
    return factor < 1
        ? new Step(losses, gradients.stream().map(g -> g.times(factor)).toList())
        : this;
  }
}
