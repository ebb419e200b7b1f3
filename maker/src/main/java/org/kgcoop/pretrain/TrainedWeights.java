package org.kgcoop.pretrain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The weights of a CLIP in training: in float32, and in the precision of matrix products. Each
 * weight is rounded once per step instead of in every product. Every worker has its own batch
 * statistics. Owns native memory.
 */
final class TrainedWeights implements AutoCloseable {
  static final String SCALE = "logit_scale";
  private static final String STATISTIC = ".running_";

  private final ClipConfig config;
  private final DType computeType;
  private final Map<String, Tensor> masters = new LinkedHashMap<>();
  private final Map<String, Tensor> leaves = new LinkedHashMap<>(); // share this memory
  private final Map<String, Tensor> rounded = new LinkedHashMap<>(); // also leaves
  private final List<Map<String, Tensor>> statistics = new ArrayList<>(); // by worker

  TrainedWeights(ClipConfig config, List<StoredTensor> start, DType computeType, int workers) {
    this.config = config;
    this.computeType = computeType;
    try (Scope scope = Scope.open("weights")) {
      for (StoredTensor stored : start) {
        masters.put(stored.name(), stored.tensor().to(DType.FLOAT32).copy().keep());
      }
      masters.forEach(
          (name, master) -> {
            if (!isStatistic(name)) {
              leaves.put(name, master.leaf().keep());
              rounded.put(name, master.to(computeType).leaf().keep());
            }
          });
      for (int worker = 0; worker < workers; worker++) {
        Map<String, Tensor> own = new LinkedHashMap<>();
        masters.forEach(
            (name, master) -> {
              if (isStatistic(name)) {
                own.put(name, master.copy().keep());
              }
            });
        statistics.add(own);
      }
    }
  }

  private static boolean isStatistic(String name) {
    return name.contains(STATISTIC);
  }

  /** Returns the encoders of a worker, with leaves and the worker's own batch statistics. */
  TrainableEncoders training(int worker) {
    Map<String, Tensor> own = new LinkedHashMap<>(leaves);
    own.putAll(statistics.get(worker));
    return TrainableEncoders.of(config, own, rounded, computeType, true);
  }

  /** Returns the encoders of the final model. */
  TrainableEncoders evaluating() {
    return TrainableEncoders.of(config, masters, rounded, computeType, false);
  }

  /** Returns a weight, or the mean of a batch statistic, in float32. */
  Tensor master(String name) {
    Tensor master = masters.get(name);
    if (master == null) {
      throw new IllegalArgumentException("no weight '" + name + "'");
    }
    return master;
  }

  /** Returns all float32 weights, by name. */
  Map<String, Tensor> masters() {
    return masters;
  }

  /** Returns a weight in the precision of matrix products. Gradients refer to it. */
  Tensor product(String name) {
    Tensor copy = rounded.get(name);
    if (copy == null) {
      throw new IllegalArgumentException("no weight '" + name + "'");
    }
    return copy;
  }

  /** Rounds a changed weight again. */
  void round(String name) {
    Tensor copy = rounded.get(name);
    if (copy != null) {
      copy.copy_(master(name));
    }
  }

  /** Replaces the batch statistics of all workers by their mean. */
  void averageStatistics() {
    for (String name : statistics.get(0).keySet()) {
      try (Scope scope = Scope.open("batch statistics")) {
        List<Tensor> all =
            statistics.stream()
                .map(own -> java.util.Objects.requireNonNull(own.get(name)))
                .toList();
        Tensor mean = all.size() == 1 ? all.get(0) : Tensor.stack(all, 0).mean(0, false);
        master(name).copy_(mean);
        all.forEach(own -> own.copy_(mean));
      }
    }
  }

  /** Returns a float32 copy of all weights. */
  Map<String, StoredTensor> stored() {
    Map<String, StoredTensor> stored = new LinkedHashMap<>();
    masters.forEach((name, master) -> stored.put(name, StoredTensor.of(name, master)));
    return stored;
  }

  /**
   * Loads the values of another model with the same sizes.
   *
   * @param source the name of the model in errors
   */
  void load(Map<String, StoredTensor> stored, String source) {
    try (Scope scope = Scope.open("weights")) {
      masters.forEach(
          (name, master) -> {
            StoredTensor value = stored.get(name);
            if (value == null || !java.util.Arrays.equals(value.shape(), master.shape())) {
              throw KgCoopException.weights(
                  source + ": '" + name + "': expected " + master + ", got " + value);
            }
            master.copy_(value.tensor());
            round(name);
            statistics.forEach(
                own -> {
                  Tensor statistic = own.get(name);
                  if (statistic != null) {
                    statistic.copy_(master);
                  }
                });
          });
    }
  }

  @Override
  public void close() {
    leaves.values().forEach(Tensor::close);
    rounded.values().forEach(Tensor::close);
    statistics.forEach(own -> own.values().forEach(Tensor::close));
    masters.values().forEach(Tensor::close);
  }
}
