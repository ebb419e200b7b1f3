package org.kgcoop.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.tensor.Tensor;

/**
 * The losses and gradients of a batch.
 *
 * @param losses by name, the one that training lowers first
 * @param gradients for each parameter one of its shape, in the order of the parameters
 */
public record Step(Map<String, Double> losses, List<Tensor> gradients) {
  public Step {
    losses = Collections.unmodifiableMap(new LinkedHashMap<>(losses));
    gradients = List.copyOf(gradients);
  }

  /**
   * The same with gradients whose norm, that of all of them together, is at most a bound: PyTorch's
   * {@code clip_grad_norm_}.
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
