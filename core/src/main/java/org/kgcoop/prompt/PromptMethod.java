package org.kgcoop.prompt;

import java.util.List;
import java.util.Optional;
import org.kgcoop.clip.Clip;

/** A method that tunes a prompt. */
public interface PromptMethod extends TextMethod {

  /** The learned vectors. */
  ContextSettings context();

  /** How many epochs, and pictures a step, the published configuration has. */
  Defaults defaults();

  /**
   * The length of the published training.
   *
   * @param epochs passes over the training pictures
   * @param batchSize pictures a step
   */
  record Defaults(int epochs, int batchSize) {}

  /** Ready to be trained on those classes. */
  PromptLearner learner(Clip clip, List<String> classNames, long seed);

  @Override
  default Optional<PromptMethod> prompt() {
    return Optional.of(this);
  }

  @Override
  default FeatureClassifier classifier(Clip clip, List<String> classNames, long seed) {
    return learner(clip, classNames, seed);
  }
}
