package org.kgcoop.model;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Trainable model of a method, for a fixed list of classes. The model owns its parameters and
 * buffers, and closes them.
 */
public abstract class TrainableModel implements Head {
  private final Device device;
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final Map<String, Tensor> buffers = new LinkedHashMap<>();

  /**
   * Creates a model without parameters. Subclasses add them with {@link #parameter(String,
   * Tensor)}.
   */
  protected TrainableModel(Device device) {
    this.device = device;
  }

  /** Adds a parameter with a copy of the given values. */
  @CanIgnoreReturnValue
  protected final Tensor parameter(String name, Tensor start) {
    Tensor parameter = start.to(device).parameter().keep();
    parameters.put(name, parameter);
    return parameter;
  }

  /** Returns the parameter with the given name. */
  protected final Tensor parameter(String name) {
    return Objects.requireNonNull(parameters.get(name), name);
  }

  /** Adds a parameter with normal initial values, which depend on the seed and the name. */
  protected final void normal(String name, long seed, double deviation, long... shape) {
    parameter(name, Init.normal(Init.random(seed, name), deviation, shape));
  }

  /** Adds the weight and the bias of a linear layer, with PyTorch's default initialization. */
  protected final void layer(String name, PythonRandom random, int in, int out) {
    try (Scope scope = Scope.open("layer")) {
      parameter(name + ".weight", Init.weight(random, out, in));
      parameter(name + ".bias", Init.bias(random, out, in));
    }
  }

  /** Applies a layer that was added by {@link #layer}: (N, in) to (N, out). */
  protected final Tensor applied(String name, Tensor x) {
    return Functions.linear(x, parameter(name + ".weight"), parameter(name + ".bias"));
  }

  /** Adds a copy of a tensor that never changes. */
  protected final Tensor buffer(String name, Tensor value) {
    Tensor buffer = value.to(device).detach().copy().keep();
    buffers.put(name, buffer);
    return buffer;
  }

  /** Returns the learned tensors under their published names, in a fixed order. */
  public final Map<String, Tensor> parameters() {
    return Collections.unmodifiableMap(parameters);
  }

  /** Returns the constant tensors of the training steps, by name. */
  public final Map<String, Tensor> buffers() {
    return Collections.unmodifiableMap(buffers);
  }

  /**
   * Returns a head for the current parameters, for many images. Everything that does not depend on
   * the image is computed once. The head has its own memory and must be closed before this model.
   */
  public abstract Head toHead();

  /**
   * Returns a head like {@link #toHead}, and transfers the model to it. The model is closed
   * immediately or together with the head.
   */
  public Head intoHead() {
    try {
      return toHead();
    } finally {
      close();
    }
  }

  /** Returns the inputs that the training steps need. */
  public ModelInputs inputs() {
    return ModelInputs.FEATURES;
  }

  /** Computes the losses and gradients of a batch, without an update. */
  @CanIgnoreReturnValue
  public abstract Step step(Batch batch);

  /**
   * Overwrites the parameters.
   *
   * @throws KgCoopException if names or shapes differ from {@link #parameters()}, or if a value is
   *     not finite
   */
  public final void load(Map<String, Tensor> values) {
    parameters.forEach(
        (name, parameter) -> {
          Tensor value = values.get(name);
          if (value == null) {
            throw KgCoopException.weights(
                "no learned tensor '%s' %s among %s"
                    .formatted(name, parameter, Messages.firstOf(List.copyOf(values.keySet()))));
          }
          if (!Arrays.equals(value.shape(), parameter.shape())) {
            throw KgCoopException.weights(
                "learned tensor '%s' is %s, expected '%s' %s: a prompt fits a CLIP of the same text width, and a class-specific one only its own classes"
                    .formatted(name, value, name, parameter));
          }
          if (!value.isFinite()) {
            throw KgCoopException.weights(
                "learned tensor '%s' has a value that is no finite number: a training that failed, or a damaged file; train again"
                    .formatted(name));
          }
        });
    parameters.forEach(
        (name, parameter) -> parameter.copy_(Objects.requireNonNull(values.get(name))));
  }

  @Override
  public void close() {
    parameters.values().forEach(Tensor::close);
    buffers.values().forEach(Tensor::close);
  }
}
