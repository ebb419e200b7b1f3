package org.kgcoop.prompt;

import java.util.Optional;
import java.util.function.Supplier;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** A classifier whose class features do not change: {@code logits = scale f . t}. */
public final class ClassFeatures implements FeatureClassifier {
  private final Tensor features; // (C, E), unit rows
  private final double logitScale;

  /** Takes ownership of a kept tensor. */
  ClassFeatures(Tensor features, double logitScale) {
    this.features = features;
    this.logitScale = logitScale;
  }

  /** The class features: (C, E), unit rows. */
  public Tensor features() {
    return features;
  }

  @Override
  public Optional<Tensor> classFeatures() {
    return Optional.of(features);
  }

  @Override
  public Tensor logits(Tensor imageFeatures) {
    return imageFeatures.matmul(features.transpose(0, 1)).times(logitScale);
  }

  @Override
  public void close() {
    features.close();
  }

  /** Makes one in a scope of its own, so that only the class features stay. */
  public static ClassFeatures of(double logitScale, Supplier<Tensor> features) {
    try (Scope scope = Scope.open("class features")) {
      return new ClassFeatures(features.get().keep(), logitScale);
    }
  }
}
