package org.kgcoop.prompt;

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
}
