package org.kgcoop.model;

import java.util.List;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/**
 * Model whose logits are a {@link FixedHead} of its parameters. A subclass adds the parameters and
 * computes the head. A step minimizes one loss by autograd, by default the cross-entropy.
 */
public abstract class FixedHeadModel extends TrainableModel {

  /** Creates a model without parameters. */
  protected FixedHeadModel(Device device) {
    super(device);
  }

  /** Computes the head for the current parameters. */
  protected abstract FixedHead fixedHead();

  /**
   * Computes the losses of a batch, of which one is optimized.
   *
   * @param logits the logits, (B, C)
   */
  protected Losses losses(Tensor logits, Batch batch) {
    return Losses.of(Functions.crossEntropy(logits, batch.labels()));
  }

  @Override
  public Step step(Batch batch) {
    Losses losses = losses(fixedHead().logits(batch.features()), batch);
    List<Tensor> parameters = List.copyOf(parameters().values());
    return new Step(
        losses.values(), Autograd.gradients(losses.optimized().get(0), parameters, false));
  }

  @Override
  public final Tensor logits(Tensor features) {
    return fixedHead().logits(features);
  }

  @Override
  public Head toHead() {
    return headCopy();
  }

  /** Returns a copy of the head for the current parameters, without gradients. */
  protected final FixedHead headCopy() {
    return FixedHead.copyOf(this::fixedHead);
  }
}
