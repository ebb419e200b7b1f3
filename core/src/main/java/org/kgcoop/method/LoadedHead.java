package org.kgcoop.method;

import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.model.FeatureEncoder;
import org.kgcoop.model.Formula;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** A classifier and the learner that it needs as long as it lives. */
public final class LoadedHead implements Head {
  private final Head fixed;
  private final TrainableModel model;

  private LoadedHead(Head fixed, TrainableModel model) {
    this.fixed = fixed;
    this.model = model;
  }

  /**
   * The classifier of a learner that is given what was learned.
   *
   * @param model of the classes that are asked for; closed with the classifier, or at once where
   *     the tensors do not fit
   * @throws KgCoopException where names or shapes of the tensors differ
   */
  public static LoadedHead of(TrainableModel model, FittedMethod learned) {
    try (Scope scope = Scope.open("what was learned")) {
      model.load(learned.values());
      return new LoadedHead(model.fixed(), model);
    } catch (RuntimeException e) {
      model.close();
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
    model.close();
  }
}
