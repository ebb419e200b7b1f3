package org.kgcoop.method;

import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.FeatureEncoder;
import org.kgcoop.prompt.Formula;
import org.kgcoop.prompt.Learner;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** A classifier and the learner that it needs as long as it lives. */
public final class Restored implements FeatureClassifier {
  private final FeatureClassifier fixed;
  private final Learner learner;

  private Restored(FeatureClassifier fixed, Learner learner) {
    this.fixed = fixed;
    this.learner = learner;
  }

  /**
   * The classifier of a learner that is given what was learned.
   *
   * @param learner of the classes that are asked for; closed with the classifier, or at once where
   *     the tensors do not fit
   * @throws KgCoopException where names or shapes of the tensors differ
   */
  public static Restored of(Learner learner, Learned learned) {
    try (Scope scope = Scope.open("what was learned")) {
      learner.load(learned.values());
      return new Restored(learner.fixed(), learner);
    } catch (RuntimeException e) {
      learner.close();
      throw e;
    }
  }

  @Override
  public Tensor logits(Tensor features) {
    return fixed.logits(features);
  }

  @Override
  public Optional<Tensor> classFeatures() {
    return fixed.classFeatures();
  }

  @Override
  public Optional<FeatureEncoder> encoder() {
    return fixed.encoder();
  }

  @Override
  public Optional<Formula> formula() {
    return fixed.formula();
  }

  @Override
  public void close() {
    fixed.close();
    learner.close();
  }
}
