package org.kgcoop.method;

import java.util.List;
import java.util.Optional;
import org.kgcoop.clip.Clip;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.PromptLearner;
import org.kgcoop.tensor.Tensor;

/** A method that tunes a prompt. */
public interface PromptMethod extends Method {

  /** The learned vectors. */
  ContextSettings context();

  /** The length of the published training. */
  Defaults defaults();

  /**
   * The length of the published training.
   *
   * @param epochs passes over the training images
   * @param batchSize images a step
   */
  record Defaults(int epochs, int batchSize) {}

  /** A learner of those classes that starts from the method's initial values. */
  PromptLearner learner(Clip clip, List<String> classNames, long seed);

  @Override
  default Fitted fit(Fitting fitting) {
    return new Trained(fitting.clip(), this, fitting.classNames(), fitting.trainedPrompt(this));
  }

  @Override
  default Optional<PromptMethod> prompt() {
    return Optional.of(this);
  }

  @Override
  default Optional<String> bound() {
    return context().classSpecific() ? Optional.of("a class-specific context") : Optional.empty();
  }

  /**
   * A trained prompt. A shared context serves any classes: a learner for others takes the learned
   * vectors.
   *
   * @param learner for {@code classNames}; closed with this
   */
  record Trained(Clip clip, PromptMethod method, List<String> classNames, PromptLearner learner)
      implements Fitted {
    public Trained {
      classNames = List.copyOf(classNames);
    }

    @Override
    public FeatureClassifier classifier(List<String> asked, Occasion occasion) {
      if (asked.equals(classNames)) {
        return learner.fixed();
      }
      if (method.context().classSpecific()) {
        return new ClassBound(learner.fixed(), classNames, asked);
      }
      PromptLearner other = method.learner(clip, asked, 0);
      try {
        other.load(learner.parameters());
        return new Both(other.fixed(), other);
      } catch (RuntimeException e) {
        other.close();
        throw e;
      }
    }

    @Override
    public void close() {
      learner.close();
    }
  }

  /**
   * A classifier and the learner that it needs as long as it lives.
   *
   * @param fixed made by {@code learner}
   */
  record Both(FeatureClassifier fixed, PromptLearner learner) implements FeatureClassifier {
    @Override
    public Tensor logits(Tensor features) {
      return fixed.logits(features);
    }

    @Override
    public Optional<Tensor> classFeatures() {
      return fixed.classFeatures();
    }

    @Override
    public void close() {
      fixed.close();
      learner.close();
    }
  }
}
