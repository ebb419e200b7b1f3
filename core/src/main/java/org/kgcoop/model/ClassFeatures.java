package org.kgcoop.model;

import java.util.Optional;
import java.util.function.Supplier;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** A classifier whose class features do not change: {@code logits = scale f . t}. */
public final class ClassFeatures implements Head {
  private final Formula.Linear formula; // of unit rows

  /** Takes ownership of a kept tensor. */
  ClassFeatures(Tensor features, double logitScale) {
    this.formula = new Formula.Linear(features, null, logitScale);
  }

  /** The class features: (C, E), unit rows. */
  public Tensor features() {
    return formula.weight();
  }

  @Override
  public Optional<Tensor> classFeatures() {
    return Optional.of(features());
  }

  @Override
  public Optional<Formula> formula() {
    return Optional.of(formula);
  }

  @Override
  public Tensor logits(Tensor imageFeatures) {
    return formula.logits(imageFeatures);
  }

  @Override
  public void close() {
    features().close();
  }

  /** Makes one in a scope of its own, so that only the class features stay. */
  public static ClassFeatures of(double logitScale, Supplier<Tensor> features) {
    try (Scope scope = Scope.open("class features")) {
      return new ClassFeatures(features.get().keep(), logitScale);
    }
  }
}
