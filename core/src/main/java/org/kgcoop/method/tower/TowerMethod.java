package org.kgcoop.method.tower;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.Fitting;
import org.kgcoop.method.Learned;
import org.kgcoop.method.Restored;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.Learner;

/**
 * A method that learns inside of the towers. What it learns belongs to no class, so that it answers
 * for classes of any name.
 */
public interface TowerMethod extends TrainedMethod {

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
