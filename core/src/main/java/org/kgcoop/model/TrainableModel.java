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
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Tensor;

/**
 * A method with its parameters for one list of classes. The parameters and buffers are the model's
 * own and are closed with it.
 */
public abstract class TrainableModel implements Head {
  private final Device device;
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final Map<String, Tensor> buffers = new LinkedHashMap<>();

  /** A model without parameters, which are added by {@link #parameter(String, Tensor)}. */
  protected TrainableModel(Device device) {
    this.device = device;
  }

  /** Adds a parameter with a copy of those values. */
  @CanIgnoreReturnValue
  protected final Tensor parameter(String name, Tensor start) {
    Tensor parameter = start.to(device).parameter().keep();
    parameters.put(name, parameter);
    return parameter;
  }

  /** The parameter of that name. */
  protected final Tensor parameter(String name) {
    return Objects.requireNonNull(parameters.get(name), name);
  }

  /** Adds a copy of a tensor that never changes. */
  protected final Tensor buffer(String name, Tensor value) {
    Tensor buffer = value.to(device).detach().copy().keep();
    buffers.put(name, buffer);
    return buffer;
  }

  /** The learned tensors under their published names, in a fixed order. */
  public final Map<String, Tensor> parameters() {
    return Collections.unmodifiableMap(parameters);
  }

  /** The tensors that steps go by and never change, by name. */
  public final Map<String, Tensor> buffers() {
    return Collections.unmodifiableMap(buffers);
  }

  /**
   * The head with the parameters as they are now, for many images: what depends on none of them is
   * computed once. It has memory of its own; it must be closed before this model.
   */
  public abstract Head toHead();

  /** The same for a model that nobody needs any more: it is closed, at once or with the head. */
  public Head intoHead() {
    try {
      return toHead();
    } finally {
      close();
    }
  }

  /** The form in which its steps take images. */
  public ModelInputs inputs() {
    return ModelInputs.FEATURES;
  }

  /** Losses and gradients of a batch, before any update. */
  @CanIgnoreReturnValue
  public abstract Step step(Batch batch);

  /**
   * Overwrites the parameters.
   *
   * @throws KgCoopException where names or shapes differ from those of {@link #parameters()}, or a
   *     value is no finite number
   */
  public final void load(Map<String, Tensor> values) {
    for (Map.Entry<String, Tensor> parameter : parameters.entrySet()) {
      Tensor value = values.get(parameter.getKey());
      String expected = "'" + parameter.getKey() + "' " + parameter.getValue();
      if (value == null) {
        throw KgCoopException.weights(
            "no learned tensor "
                + expected
                + " among "
                + Messages.firstOf(List.copyOf(values.keySet())));
      }
      if (!Arrays.equals(value.shape(), parameter.getValue().shape())) {
        throw KgCoopException.weights(
            "learned tensor '"
                + parameter.getKey()
                + "' is "
                + value
                + ", expected "
                + expected
                + ": a prompt fits a CLIP of the same text width, and a class-specific one only its"
                + " own classes");
      }
      for (float number : value.toFloats()) {
        if (!Float.isFinite(number)) {
          throw KgCoopException.weights(
              "learned tensor '"
                  + parameter.getKey()
                  + "' has "
                  + number
                  + " in it: a training that failed, or a damaged file; train again");
        }
      }
    }
    parameters.forEach(
        (name, parameter) -> parameter.copy_(Objects.requireNonNull(values.get(name))));
  }

  @Override
  public void close() {
    parameters.values().forEach(Tensor::close);
    buffers.values().forEach(Tensor::close);
  }
}
