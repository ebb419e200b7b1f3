package org.kgcoop.prompt;

import java.util.List;
import java.util.function.Supplier;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.Batch;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.FixedHeadModel;
import org.kgcoop.model.Losses;
import org.kgcoop.model.Step;
import org.kgcoop.model.Tape;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Model whose class features come from texts with context vectors, the parameter {@code ctx}. CoOp,
 * ProGrad and KgCoOp differ only in their objective. TCP adds parameters and inputs of the texts.
 */
public class ContextModel extends FixedHeadModel {

  /** Objective that computes losses from class features. */
  public interface Objective extends AutoCloseable {
    /**
     * Computes the losses of a batch.
     *
     * @param classFeatures the class features, (C, E), unit rows
     * @param logits the logits, (B, C)
     */
    Losses losses(Tensor classFeatures, Tensor logits, Batch batch);

    /**
     * Combines the gradients of the optimized losses into one gradient per parameter.
     *
     * @param gradients the gradients of each optimized loss, each with the shape of a parameter
     */
    default List<Tensor> combined(List<List<Tensor>> gradients) {
      return gradients.get(0);
    }

    @Override
    default void close() {}
  }

  private final double scale;
  private final TextFeatures text;
  private final Tensor context; // (M, W), or (C, M, W)
  private final Objective objective;

  /**
   * Creates a model of the given classes.
   *
   * @param seed the seed of random initial vectors
   * @param objective the objective, closed together with this model, or if the constructor throws
   */
  public ContextModel(
      Clip clip,
      List<String> classNames,
      ContextSettings settings,
      long seed,
      Objective objective) {
    this(
        clip,
        () -> new TextFeatures(clip, PromptText.learned(clip, classNames, settings)),
        settings,
        classNames.size(),
        seed,
        objective);
  }

  /**
   * Creates a model of the given texts.
   *
   * @param text creates the texts, closed together with this model
   * @param classes the number of classes, which matters only for class-specific vectors
   * @param seed the seed of random initial vectors
   * @param objective the objective, closed together with this model, or if the constructor throws
   */
  @SuppressWarnings("this-escape") // parameter() is final, and keeps only the tensor
  protected ContextModel(
      Clip clip,
      Supplier<TextFeatures> text,
      ContextSettings settings,
      int classes,
      long seed,
      Objective objective) {
    super(clip.device());
    this.scale = clip.logitScale();
    this.objective = objective;
    try {
      this.text = text.get();
    } catch (RuntimeException | Error e) {
      objective.close();
      throw e;
    }
    try (Scope scope = Scope.open("context")) {
      context = parameter("ctx", settings.initial(clip, classes, seed));
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Returns the inputs of the texts, as {@link TextFeatures#pass} requires them. */
  protected List<Tensor> textInputs() {
    return List.of(context);
  }

  @Override
  public Step step(Batch batch) {
    Tape tape = new Tape();
    Tensor classFeatures = tape.cut(text.pass(textInputs())).unitRows(); // (C, E)
    Losses losses =
        objective.losses(classFeatures, head(classFeatures).logits(batch.features()), batch);
    List<List<Tensor>> gradients = // of each optimized loss
        tape.gradients(losses.optimized(), List.copyOf(parameters().values()));
    return new Step(losses.values(), objective.combined(gradients));
  }

  private FixedHead.Linear head(Tensor classFeatures) {
    return new FixedHead.Linear(classFeatures, null, scale);
  }

  /** Computes the head without gradients. */
  @Override
  protected FixedHead fixedHead() {
    try (Autograd.Switch off = Autograd.off()) {
      return head(text.all(textInputs()).unitRows());
    }
  }

  @Override
  public final void close() {
    super.close();
    text.close();
    objective.close();
  }
}
