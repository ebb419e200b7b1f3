package org.kgcoop.prompt;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.clip.Clip;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The part that CoOp, ProGrad and KgCoOp share: a context, {@code ctx}, that is the same for every
 * image, hence class features that are too. The methods differ in their objective.
 */
public final class ContextModel implements TrainableModel {

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

  /**
   * Losses as they are recorded.
   *
   * @param told by name, each ()
   * @param followed those whose gradients make the update, each ()
   */
  public record Losses(Map<String, Tensor> told, List<Tensor> followed) {
    public Losses {
      told = Collections.unmodifiableMap(new LinkedHashMap<>(told));
      followed = List.copyOf(followed);
    }
  }

  private final double logitScale;
  private final TextFeatures text;
  private final Tensor context; // (M, W), or (C, M, W)
  private final Objective objective;

  /**
   * A learner of those classes.
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
    this.logitScale = clip.logitScale();
    this.objective = objective;
    this.text = new TextFeatures(clip, PromptText.learned(clip, classNames, settings));
    try (Scope scope = Scope.open("context")) {
      context = Context.initial(clip, settings, classNames.size(), seed).parameter().keep();
    }
  }

  @Override
  public Map<String, Tensor> parameters() {
    return Map.of("ctx", context);
  }

  @Override
  public Tensor logits(Tensor features) {
    return logits(features, text.unit(context));
  }

  private Tensor logits(Tensor features, Tensor classFeatures) {
    return new FixedHead.Linear(classFeatures, null, logitScale).logits(features);
  }

  @Override
  public Head toHead() {
    return FixedHead.Linear.of(logitScale, () -> text.unit(context));
  }

  @Override
  public Step step(Batch batch) {
    TextFeatures.Pass pass = text.pass(List.of(context));
    Tensor raw = pass.features().parameter(); // (C, E)
    Tensor classFeatures = raw.unitRows();
    Losses losses = objective.losses(classFeatures, logits(batch.features(), classFeatures), batch);
    List<Tensor> byFeatures = new ArrayList<>(); // each (C, E)
    for (Tensor loss : losses.followed()) {
      byFeatures.add(Autograd.gradients(loss, List.of(raw), true).get(0));
    }
    Map<String, Double> values = new LinkedHashMap<>();
    losses.told().forEach((name, loss) -> values.put(name, loss.item()));
    List<Tensor> byContext = pass.gradients(byFeatures).stream().map(g -> g.get(0)).toList();
    return new Step(values, List.of(objective.combined(byContext)));
  }

  @Override
  public void close() {
    context.close();
    text.close();
    objective.close();
  }
}
