package org.kgcoop.prompt;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.CosineModel;
import org.kgcoop.model.Tape;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Model whose class features come from texts with a context, {@code ctx}, which does not depend on
 * the image.
 */
public abstract class TextModel extends CosineModel {
  private final TextFeatures text;
  private final Tensor context; // (M, W), or (C, M, W)

  /**
   * Creates a model with the context as its first parameter.
   *
   * @param text the texts, closed together with this model
   * @param classes the number of classes, which matters only for class-specific vectors
   * @param seed the seed of random initial vectors
   */
  protected TextModel(
      Clip clip, TextFeatures text, ContextSettings settings, int classes, long seed) {
    super(clip);
    this.text = text;
    try (Scope scope = Scope.open("context")) {
      context = parameter("ctx", Context.initial(clip, settings, classes, seed));
    }
  }

  /** Returns the inputs of the texts, as {@link TextFeatures#pass} requires them. */
  protected List<Tensor> textInputs() {
    return List.of(context);
  }

  /**
   * Converts the outputs of the text encoder to unit class features.
   *
   * @param encoded the outputs of the text encoder, (C, E)
   */
  protected Tensor unit(Tensor encoded) {
    return encoded.unitRows();
  }

  /** Computes the class features without gradients. */
  @Override
  protected Tensor classVectors() {
    try (Autograd.Switch off = Autograd.off()) {
      return unit(text.all(textInputs()));
    }
  }

  @Override
  protected final Tensor classVectors(Tape tape) {
    return unit(tape.cut(text.pass(textInputs())));
  }

  @Override
  public void close() {
    super.close();
    text.close();
  }
}
