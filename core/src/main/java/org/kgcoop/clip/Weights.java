package org.kgcoop.clip;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kgcoop.KgCoopException;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The tensors of a CLIP model by released name. Encoders request each tensor with its shape. {@link
 * #check} then reports all missing, mis-shaped and unused tensors in one message. This class owns
 * the requested tensors.
 */
final class Weights implements WeightSource, AutoCloseable {
  private static final int MAX_LISTED = 6;

  private final Map<String, StoredTensor> stored;
  private final DType computeType;
  private final Device device;
  private final String source;
  private final Map<String, Tensor> taken = new LinkedHashMap<>();
  private final Set<String> unexpected;
  private final List<String> problems = new ArrayList<>();

  /**
   * Creates a source of weights.
   *
   * @param computeType the type of matrix products, float32 or bf16
   * @param source the file, for error messages
   */
  Weights(Map<String, StoredTensor> stored, DType computeType, Device device, String source) {
    this.stored = stored;
    this.computeType = computeType;
    this.device = device;
    this.source = source;
    this.unexpected = new LinkedHashSet<>(stored.keySet());
  }

  @Override
  public DType computeType() {
    return computeType;
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public long rows(String name, long otherwise) {
    StoredTensor tensor = stored.get(name);
    return tensor == null || tensor.shape().length == 0 ? otherwise : tensor.shape()[0];
  }

  @Override
  public Tensor get(String name, long... shape) {
    return take(name, DType.FLOAT32, shape);
  }

  @Override
  public Tensor compute(String name, long... shape) {
    return take(name, computeType, shape);
  }

  private Tensor take(String name, DType dtype, long[] shape) {
    unexpected.remove(name);
    Tensor known = taken.get(name);
    if (known != null) {
      return known;
    }
    StoredTensor tensor = stored.get(name);
    try (Scope scope = Scope.open("weight " + name)) {
      if (tensor != null && shape.length > 1 && tensor.isZero()) {
        problems.add("'%s' contains only zeros, so the file is damaged".formatted(name));
      }
      if (tensor != null && Arrays.equals(tensor.shape(), shape) && tensor.dtype().isFloating()) {
        Tensor weight = tensor.tensor().to(dtype).to(device).keep();
        taken.put(name, weight);
        return weight;
      }
      problems.add(
          tensor == null
              ? "missing '" + name + "' " + Arrays.toString(shape)
              : "%s, expected a floating type and %s".formatted(tensor, Arrays.toString(shape)));
      return Tensor.scalar(0).keep();
    }
  }

  /** Returns true for a tensor that no model uses: a counter of batch normalization. */
  static boolean isUnused(String name) {
    return name.endsWith("num_batches_tracked");
  }

  /**
   * Ends the requests.
   *
   * @throws KgCoopException with all problems, if there are any
   */
  void check() {
    unexpected.removeIf(Weights::isUnused);
    for (String name : unexpected) {
      problems.add("unexpected '" + name + "'");
    }
    if (!problems.isEmpty()) {
      close();
      String rest =
          problems.size() > MAX_LISTED ? " and " + (problems.size() - MAX_LISTED) + " more" : "";
      throw KgCoopException.weights(
          source
              + ": not the weights of a CLIP model: "
              + String.join("; ", problems.subList(0, Math.min(MAX_LISTED, problems.size())))
              + rest);
    }
  }

  @Override
  public void close() {
    taken.values().forEach(Tensor::close);
    taken.clear();
  }
}
