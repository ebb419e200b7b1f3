package org.kgcoop.method;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.Learner;

/**
 * A method whose learners take what others have learned: one for other classes, given the same
 * tensors, answers for those.
 */
public interface TransferableMethod extends TrainedMethod {

  /**
   * A learner of those classes that starts from the method's initial values.
   *
   * @throws org.kgcoop.KgCoopException of the kind CONFIGURATION where the towers of the CLIP are
   *     not of the kind that the method learns in
   */
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
}
