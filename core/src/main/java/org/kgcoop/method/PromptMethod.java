package org.kgcoop.method;

import java.util.List;
import java.util.Optional;
import org.kgcoop.clip.Clip;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.Formula;
import org.kgcoop.prompt.Learner;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * A method that tunes a prompt. A shared context serves any classes: a learner for others takes the
 * learned vectors.
 */
public interface PromptMethod extends TrainedMethod {

  /** The learned vectors. */
  ContextSettings context();

  /** A learner of those classes that starts from the method's initial values. */
  Learner learner(Clip clip, List<String> classNames, long seed);

  @Override
  default Learner learner(Fitting fitting) {
    return learner(fitting.clip(), fitting.classNames(), fitting.occasion().seed());
  }

  @Override
  default FeatureClassifier classifier(Clip clip, Learned learned, List<String> classNames) {
    Learner learner = learner(clip, classNames, 0);
    try (Scope scope = Scope.open("learned prompt")) {
      learner.load(learned.values());
      return new Fixed(learner.fixed(), learner);
    } catch (RuntimeException e) {
      learner.close();
      throw e;
    }
  }

  @Override
  default Optional<String> bound() {
    return context().classSpecific() ? Optional.of("a class-specific context") : Optional.empty();
  }

  /**
   * A classifier and the learner that it needs as long as it lives.
   *
   * @param fixed made by {@code learner}
   */
  record Fixed(FeatureClassifier fixed, Learner learner) implements FeatureClassifier {
    @Override
    public Tensor logits(Tensor features) {
      return fixed.logits(features);
    }

    @Override
    public Optional<Tensor> classFeatures() {
      return fixed.classFeatures();
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
}
