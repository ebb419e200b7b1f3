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
 * The tensors of a CLIP under their released names. Encoders take what they need with its shape;
 * {@link #check} then tells all that was missing, mis-shaped or left over in one message. Owns what
 * was taken.
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
   * Weights to take from.
   *
   * @param computeType of the matrix products, float32 or bf16
   * @param source named in errors
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

  @Override
  public Tensor scaled(String name, double factor, long... shape) {
    Tensor plain = take(name, DType.FLOAT32, shape);
    try (Scope scope = Scope.open("weight " + name)) {
      Tensor scaled = plain.times(factor).to(computeType).keep();
      taken.put(name, scaled);
      plain.close();
      return scaled;
    }
  }

  /** No: loaded weights are frozen. */
  @Override
  public boolean training() {
    return false;
  }

  private Tensor take(String name, DType dtype, long[] shape) {
    unexpected.remove(name);
    Tensor known = taken.get(name);
    if (known != null) {
      return known;
    }
    StoredTensor tensor = stored.get(name);
    try (Scope scope = Scope.open("weight " + name)) {
      if (tensor == null) {
        problems.add("missing '" + name + "' " + Arrays.toString(shape));
        return Tensor.scalar(0).keep();
      }
      if (!Arrays.equals(tensor.shape(), shape)) {
        problems.add(
            "'%s' has shape %s, expected %s"
                .formatted(name, Arrays.toString(tensor.shape()), Arrays.toString(shape)));
        return Tensor.scalar(0).keep();
      }
      if (!tensor.dtype().isFloating()) {
        problems.add("'" + name + "' has type " + tensor.dtype() + ", expected a floating one");
        return Tensor.scalar(0).keep();
      }
      Tensor weight = tensor.tensor().to(dtype).to(device).keep();
      taken.put(name, weight);
      return weight;
    }
  }

  /** The names of all that was taken. */
  Set<String> names() {
    return taken.keySet();
  }

  /** Says that tensors of these names may be there and are not needed. */
  void ignore(String suffix) {
    unexpected.removeIf(name -> name.endsWith(suffix));
  }

  /**
   * Ends the taking.
   *
   * @throws KgCoopException with all problems, where there are any
   */
  void check() {
    for (String name : unexpected) {
      problems.add("unexpected '" + name + "'");
    }
    if (!problems.isEmpty()) {
      close();
      String rest =
          problems.size() > MAX_LISTED ? " and " + (problems.size() - MAX_LISTED) + " more" : "";
      throw KgCoopException.weights(
          source
              + ": not the weights of one CLIP: "
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
