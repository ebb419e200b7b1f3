package org.kgcoop.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.clip.Clip;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * A model that compares an image with features of the classes: {@code logits = scale f . t_c}. A
 * subclass adds parameters and computes the t_c from them. Its loss is the cross entropy unless it
 * gives others.
 */
public abstract class CosineModel extends TrainableModel {
  private final double scale;

  protected CosineModel(Clip clip) {
    this(clip.device(), clip.logitScale());
  }

  /**
   * A model without parameters.
   *
   * @param scale of cosines in logits
   */
  protected CosineModel(Device device, double scale) {
    super(device);
    this.scale = scale;
  }

  /** The class features by the parameters as they are now: (C, E), unit rows. */
  protected abstract Tensor classVectors();

  /**
   * The class features of a step, (C, E), unit rows, with the history that gradients need.
   *
   * @param tape for parts that autograd does not record
   */
  protected Tensor classVectors(Tape tape) {
    return classVectors();
  }

  /**
   * The head of class features, which gradients reach. A subclass changes the features of images in
   * front of it or adds scores to it.
   *
   * @param texts {@code scale f . t}
   */
  protected FixedHead head(FixedHead.Linear texts) {
    return texts;
  }

  private FixedHead headOf(Tensor classFeatures) {
    return head(new FixedHead.Linear(classFeatures, null, scale));
  }

  /** The logits of images for class features: (B, E) and (C, E) to (B, C). */
  protected final Tensor logits(Tensor features, Tensor classFeatures) {
    return headOf(classFeatures).logits(features);
  }

  /**
   * The losses of a batch.
   *
   * @param classFeatures (C, E), unit rows
   * @param logits (B, C)
   */
  protected Losses losses(Tensor classFeatures, Tensor logits, Batch batch) {
    return Losses.of(Functions.crossEntropy(logits, batch.labels()));
  }

  /**
   * The gradients that are followed.
   *
   * @param gradients of each followed loss by each parameter
   */
  protected List<Tensor> combined(List<List<Tensor>> gradients) {
    return gradients.get(0);
  }

  @Override
  public final Tensor logits(Tensor features) {
    return logits(features, classVectors());
  }

  /** A copy of the head with the parameters as they are now. */
  protected final FixedHead fixedHead() {
    try (Scope open = Scope.open("head");
        Autograd.Switch off = Autograd.off()) {
      return headOf(classVectors()).copy();
    }
  }

  @Override
  public Head toHead() {
    return fixedHead();
  }

  @Override
  public Step step(Batch batch) {
    Tape tape = new Tape();
    Tensor classFeatures = classVectors(tape);
    Losses losses = losses(classFeatures, logits(batch.features(), classFeatures), batch);
    List<List<Tensor>> gradients =
        tape.gradients(losses.followed(), List.copyOf(parameters().values()));
    Map<String, Double> told = new LinkedHashMap<>();
    losses.told().forEach((name, loss) -> told.put(name, loss.item()));
    return new Step(told, combined(gradients));
  }
}
