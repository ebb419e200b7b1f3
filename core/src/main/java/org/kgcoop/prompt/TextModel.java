package org.kgcoop.prompt;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.CosineModel;
import org.kgcoop.model.Tape;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * A model whose class features are those of texts with a context, {@code ctx}, that is the same for
 * every image.
 */
public abstract class TextModel extends CosineModel {
  private final TextFeatures text;
  private final Tensor context; // (M, W), or (C, M, W)

  /**
   * A model with the context as its first parameter.
   *
   * @param text closed with this
   * @param classes how many, which matters for class-specific vectors
   * @param seed of random initial vectors
   */
  protected TextModel(
      Clip clip, TextFeatures text, ContextSettings settings, int classes, long seed) {
    super(clip);
    this.text = text;
    try (Scope scope = Scope.open("context")) {
      context = parameter("ctx", Context.initial(clip, settings, classes, seed));
    }
  }

  /** The tensors that the texts are made of, as {@link TextFeatures#pass} takes them. */
  protected List<Tensor> textInputs() {
    return List.of(context);
  }

  /**
   * Unit class features.
   *
   * @param encoded (C, E), as the text encoder makes them
   */
  protected Tensor unit(Tensor encoded) {
    return encoded.unitRows();
  }

  /** Without gradients. */
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
