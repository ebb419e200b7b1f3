package org.kgcoop.method;

import java.util.List;
import java.util.Optional;
import org.kgcoop.clip.Clip;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.PromptLearner;

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
    return new Fitted.Prompt(
        fitting.clip(), this, fitting.classNames(), fitting.trainedPrompt(this));
  }

  @Override
  default Optional<PromptMethod> prompt() {
    return Optional.of(this);
  }

  @Override
  default Optional<String> bound() {
    return context().classSpecific() ? Optional.of("a class-specific context") : Optional.empty();
  }
}
