package org.kgcoop.prompt;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Losses;
import org.kgcoop.tensor.Tensor;

/**
 * Model that CoOp, ProGrad and KgCoOp share. Its only parameters are the context vectors. The
 * methods differ in their objective.
 */
public final class ContextModel extends TextModel {

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
     * Combines the gradients of the optimized losses.
     *
     * @param gradients the gradients of the optimized losses, in order, each with the shape of the
     *     context
     */
    default Tensor combined(List<Tensor> gradients) {
      return gradients.get(0);
    }

    @Override
    default void close() {}
  }

  private final Objective objective;

  /**
   * Creates a model of the given classes.
   *
   * @param seed the seed of random initial vectors
   * @param objective the objective, closed together with this model
   */
  public ContextModel(
      Clip clip,
      List<String> classNames,
      ContextSettings settings,
      long seed,
      Objective objective) {
    super(
        clip,
        new TextFeatures(clip, PromptText.learned(clip, classNames, settings)),
        settings,
        classNames.size(),
        seed);
    this.objective = objective;
  }

  @Override
  protected Losses losses(Tensor classFeatures, Tensor logits, Batch batch) {
    return objective.losses(classFeatures, logits, batch);
  }

  @Override
  protected List<Tensor> combined(List<List<Tensor>> gradients) {
    return List.of(objective.combined(gradients.stream().map(g -> g.get(0)).toList()));
  }

  @Override
  public void close() {
    super.close();
    objective.close();
  }
}
