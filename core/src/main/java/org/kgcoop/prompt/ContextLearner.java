package org.kgcoop.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kgcoop.clip.Clip;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * What CoOp, ProGrad and KgCoOp share: a context, {@code ctx}, that is the same for every picture,
 * hence class features that are too. They differ in their objective.
 */
final class ContextLearner implements PromptLearner {

  /** A loss over class features. */
  interface Objective extends AutoCloseable {
    /**
     * Losses and gradients.
     *
     * @param classFeatures (C, E), unit rows
     * @param logits (B, C)
     * @param parameters whose gradients are wanted
     */
    Step step(Tensor classFeatures, Tensor logits, Batch batch, List<Tensor> parameters);

    @Override
    default void close() {}
  }

  private final double logitScale;
  private final TextFeatures text;
  private final Tensor context; // (M, W), or (C, M, W)
  private final Objective objective;

  ContextLearner(
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
    return features.matmul(classFeatures.transpose(0, 1)).times(logitScale);
  }

  @Override
  public FeatureClassifier fixed() {
    return ClassFeatures.of(
        logitScale,
        () -> {
          try (Autograd.Switch off = Autograd.off()) {
            return text.unit(context);
          }
        });
  }

  @Override
  public Step step(Batch batch) {
    Tensor classFeatures = text.unit(context);
    return objective.step(
        classFeatures,
        logits(batch.features(), classFeatures),
        batch,
        new ArrayList<>(parameters().values()));
  }

  @Override
  public void close() {
    context.close();
    text.close();
    objective.close();
  }
}
