package org.kgcoop.method;

import java.util.List;
import java.util.Optional;
import org.kgcoop.clip.Clip;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.Learner;

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

  /** Makes a learner of one class, which looks at all that it needs of a CLIP. */
  @Override
  default void check(Clip clip) {
    learner(clip, List.of("object"), 0).close();
  }

  @Override
  default FeatureClassifier classifier(Clip clip, Learned learned, List<String> classNames) {
    return Restored.of(learner(clip, classNames, 0), learned);
  }

  @Override
  default Optional<String> bound() {
    return context().classSpecific() ? Optional.of("a class-specific context") : Optional.empty();
  }
}
