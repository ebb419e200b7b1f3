package org.kgcoop.prompt;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.tensor.Tensor;

/** A prompt method made ready for one list of classes: it has parameters and can be trained. */
public interface TrainableModel extends Head {

  /** The learned tensors under their published names, in a fixed order. */
  Map<String, Tensor> parameters();

  /** The tensors that steps go by and never change, by name; the learner's own. */
  default Map<String, Tensor> buffers() {
    return Map.of();
  }

  /**
   * The head with the parameters as they are now, for many images: what depends on none of them is
   * computed once. It has memory of its own; it must be closed before this model.
   */
  Head toHead();

  /** The same for a model that nobody needs any more: it is closed, at once or with the head. */
  default Head intoHead() {
    try {
      return toHead();
    } finally {
      close();
    }
  }

  /** The form in which its steps take images. */
  default ModelInputs inputs() {
    return ModelInputs.FEATURES;
  }

  /** Losses and gradients of a batch, before any update. */
  Step step(Batch batch);

  /**
   * Overwrites the parameters.
   *
   * @throws KgCoopException where names or shapes differ from those of {@link #parameters()}, or a
   *     value is no finite number
   */
  default void load(Map<String, Tensor> values) {
    for (Map.Entry<String, Tensor> parameter : parameters().entrySet()) {
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
    parameters()
        .forEach((name, parameter) -> parameter.copy_(Objects.requireNonNull(values.get(name))));
  }
}
