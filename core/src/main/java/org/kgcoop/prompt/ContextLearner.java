package org.kgcoop.prompt;

import java.util.ArrayList;
import java.util.LinkedHashMap;
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
  record Losses(Map<String, Tensor> told, List<Tensor> followed) {}

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
    List<Tensor> gradients = new ArrayList<>();
    Losses losses =
        text.parts() == 1 ? gradientsAtOnce(batch, gradients) : gradientsByParts(batch, gradients);
    Map<String, Double> values = new LinkedHashMap<>();
    losses.told().forEach((name, loss) -> values.put(name, loss.item()));
    return new Step(values, List.of(objective.combined(gradients)));
  }

  private Losses gradientsAtOnce(Batch batch, List<Tensor> gradients) {
    Tensor classFeatures = text.unit(context);
    Losses losses = objective.losses(classFeatures, logits(batch.features(), classFeatures), batch);
    for (Tensor loss : losses.followed()) {
      gradients.add(Autograd.gradients(loss, List.of(context), true).get(0));
    }
    return losses;
  }

  /**
   * The same where the text tower's activations for all classes would not fit: class features first
   * without a history; the gradients of the losses by these; then, part by part, the features again
   * and their gradients by the context. Memory does not grow with the number of classes.
   */
  private Losses gradientsByParts(Batch batch, List<Tensor> gradients) {
    Tensor classFeatures; // (C, E)
    try (Autograd.Switch off = Autograd.off()) {
      classFeatures = text.unit(context);
    }
    Tensor leaf = classFeatures.parameter();
    Losses losses = objective.losses(leaf, logits(batch.features(), leaf), batch);
    List<Tensor> byFeatures = new ArrayList<>(); // each (C, E)
    for (Tensor loss : losses.followed()) {
      byFeatures.add(Autograd.gradients(loss, List.of(leaf), true).get(0));
      gradients.add(context.detach().times(0));
    }
    int from = 0;
    for (int part = 0; part < text.parts(); part++) {
      try (Scope scope = Scope.open("part of the classes")) {
        Tensor features = text.unit(context, part); // (part of C, E)
        int count = (int) features.size(0);
        for (int i = 0; i < gradients.size(); i++) {
          Tensor weighted = features.times(byFeatures.get(i).narrow(0, from, count)).sum();
          gradients.get(i).add_(Autograd.gradients(weighted, List.of(context), true).get(0));
        }
        from += count;
      }
    }
    return losses;
  }

  @Override
  public void close() {
    context.close();
    text.close();
    objective.close();
  }
}
