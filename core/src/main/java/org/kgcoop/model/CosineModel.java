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
 * Model that compares an image feature with class features: {@code logits = scale f . t_c}. A
 * subclass adds parameters and computes the class features from them. The default loss is the
 * cross-entropy.
 */
public abstract class CosineModel extends TrainableModel {
  private final double scale;

  protected CosineModel(Clip clip) {
    this(clip.device(), clip.logitScale());
  }

  /**
   * Creates a model without parameters.
   *
   * @param scale the scale of the cosines in logits
   */
  protected CosineModel(Device device, double scale) {
    super(device);
    this.scale = scale;
  }

  /** Computes the class features for the current parameters, (C, E), unit rows. */
  protected abstract Tensor classVectors();

  /**
   * Computes the class features of a step, (C, E), unit rows, with the history that gradients need.
   *
   * @param tape the tape, for parts that autograd does not record
   */
  protected Tensor classVectors(Tape tape) {
    return classVectors();
  }

  /**
   * Returns the head of the class features. Gradients pass through it. A subclass can adapt the
   * image features before this head, or add logits to it.
   *
   * @param texts the head {@code scale f . t}
   */
  protected FixedHead head(FixedHead.Linear texts) {
    return texts;
  }

  private FixedHead headOf(Tensor classFeatures) {
    return head(new FixedHead.Linear(classFeatures, null, scale));
  }

  /** Computes the logits of images for class features: (B, E) and (C, E) to (B, C). */
  protected final Tensor logits(Tensor features, Tensor classFeatures) {
    return headOf(classFeatures).logits(features);
  }

  /**
   * Computes the losses of a batch.
   *
   * @param classFeatures the class features, (C, E), unit rows
   * @param logits the logits, (B, C)
   */
  protected Losses losses(Tensor classFeatures, Tensor logits, Batch batch) {
    return Losses.of(Functions.crossEntropy(logits, batch.labels()));
  }

  /**
   * Combines the gradients of the optimized losses into one gradient per parameter.
   *
   * @param gradients the gradients of each optimized loss with respect to each parameter
   */
  protected List<Tensor> combined(List<List<Tensor>> gradients) {
    return gradients.get(0);
  }

  @Override
  public final Tensor logits(Tensor features) {
    return logits(features, classVectors());
  }

  /** Returns a copy of the head for the current parameters. */
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
        tape.gradients(losses.optimized(), List.copyOf(parameters().values()));
    Map<String, Double> told = new LinkedHashMap<>();
    losses.logged().forEach((name, loss) -> told.put(name, loss.item()));
    return new Step(told, combined(gradients));
  }
}
