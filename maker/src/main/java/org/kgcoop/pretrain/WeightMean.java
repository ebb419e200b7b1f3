package org.kgcoop.pretrain;

import java.util.LinkedHashMap;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * An exponential moving average of weights over the steps of a training: {@code m = e m + (1 - e)
 * w}. In the first steps, e is smaller: n / (n + 10) after n steps. Owns native memory.
 */
final class WeightMean implements AutoCloseable {
  private final TrainedWeights weights;
  private final double part;
  private final Map<String, Tensor> means = new LinkedHashMap<>();

  /**
   * Creates an average that starts with the current weights.
   *
   * @param part e
   */
  WeightMean(TrainedWeights weights, double part) {
    this.weights = weights;
    this.part = part;
    try (Scope scope = Scope.open("mean of weights")) {
      weights.masters().forEach((name, master) -> means.put(name, master.copy().keep()));
    }
  }

  /**
   * Adds the current weights.
   *
   * @param made the number of completed steps
   */
  void add(long made) {
    double left = Math.min(part, made / (made + 10.0));
    try (Scope scope = Scope.open("mean of weights")) {
      means.forEach(
          (name, mean) -> {
            mean.multiply_(left);
            mean.add_(weights.master(name).times(1 - left));
          });
    }
  }

  /** Returns encoders with the average. They belong to the current scope. */
  TrainableEncoders encoders(ClipConfig config, DType computeType) {
    Map<String, Tensor> rounded = new LinkedHashMap<>();
    means.forEach((name, mean) -> rounded.put(name, mean.to(computeType)));
    return TrainableEncoders.of(config, means, rounded, computeType, false);
  }

  /** Returns a float32 copy. */
  Map<String, StoredTensor> stored() {
    Map<String, StoredTensor> stored = new LinkedHashMap<>();
    means.forEach((name, mean) -> stored.put(name, StoredTensor.of(name, mean)));
    return stored;
  }

  /** Loads the tensors of {@link #stored}. */
  void load(Map<String, StoredTensor> stored) {
    try (Scope scope = Scope.open("mean of weights")) {
      means.forEach(
          (name, mean) -> {
            StoredTensor value = stored.get(name);
            if (value == null) {
              throw KgCoopException.weights("the checkpoint has no average of '" + name + "'");
            }
            mean.copy_(value.tensor());
          });
    }
  }

  @Override
  public void close() {
    means.values().forEach(Tensor::close);
  }
}
