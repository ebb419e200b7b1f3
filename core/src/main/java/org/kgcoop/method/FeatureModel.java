package org.kgcoop.method;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.clip.Clip;
import org.kgcoop.prompt.Batch;
import org.kgcoop.prompt.FixedHead;
import org.kgcoop.prompt.Head;
import org.kgcoop.prompt.Step;
import org.kgcoop.prompt.TrainableModel;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * A learner whose steps run no encoder: the parameters are tensors of its head, or make them.
 * Gradients of all parameters come from autograd.
 */
abstract class FeatureModel implements TrainableModel {
  private final Device device;
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final Map<String, Tensor> buffers = new LinkedHashMap<>();

  FeatureModel(Clip clip) {
    device = clip.device();
  }

  /** Adds a parameter with a copy of those values. */
  final Tensor parameter(String name, Tensor start) {
    Tensor parameter = start.to(device).parameter().keep();
    parameters.put(name, parameter);
    return parameter;
  }

  /** Adds a copy of a tensor that never changes. */
  final Tensor buffer(String name, Tensor value) {
    Tensor buffer = value.to(device).detach().copy().keep();
    buffers.put(name, buffer);
    return buffer;
  }

  /** The head of the parameters as they are now, which its gradients reach. */
  abstract FixedHead head();

  /** The losses, each (), by name; the first is followed. */
  Map<String, Tensor> losses(Batch batch) {
    return Map.of("loss", crossEntropy(batch));
  }

  final Tensor crossEntropy(Batch batch) {
    return Functions.crossEntropy(logits(batch.features()), batch.labels());
  }

  @Override
  public final Map<String, Tensor> parameters() {
    return Collections.unmodifiableMap(parameters);
  }

  @Override
  public final Map<String, Tensor> buffers() {
    return Collections.unmodifiableMap(buffers);
  }

  @Override
  public final Tensor logits(Tensor features) {
    return head().logits(features);
  }

  @Override
  public final Head toHead() {
    try (Scope scope = Scope.open("head");
        Autograd.Switch off = Autograd.off()) {
      return head().copy();
    }
  }

  @Override
  public final Step step(Batch batch) {
    Map<String, Tensor> losses = losses(batch);
    Map<String, Double> told = new LinkedHashMap<>();
    losses.forEach((name, loss) -> told.put(name, loss.item()));
    Tensor followed = losses.values().iterator().next();
    return new Step(told, Autograd.gradients(followed, List.copyOf(parameters.values()), false));
  }

  @Override
  public final void close() {
    parameters.values().forEach(Tensor::close);
    buffers.values().forEach(Tensor::close);
  }
}
