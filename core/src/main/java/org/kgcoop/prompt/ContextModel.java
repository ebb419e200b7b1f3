package org.kgcoop.prompt;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Losses;
import org.kgcoop.tensor.Tensor;

/**
 * The model that CoOp, ProGrad and KgCoOp share: a context and nothing else. The methods differ in
 * their objective.
 */
public final class ContextModel extends TextModel {

  /** A loss over class features. */
  public interface Objective extends AutoCloseable {
    /**
     * The losses of a batch.
     *
     * @param classFeatures (C, E), unit rows
     * @param logits (B, C)
     */
    Losses losses(Tensor classFeatures, Tensor logits, Batch batch);

    /**
     * The gradient that is followed.
     *
     * @param gradients of the losses that are followed, in their order, each of the context's shape
     */
    default Tensor combined(List<Tensor> gradients) {
      return gradients.get(0);
    }

    @Override
    default void close() {}
  }

  private final Objective objective;

  /**
   * A model of those classes.
   *
   * @param seed of random initial vectors
   * @param objective closed with this
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
