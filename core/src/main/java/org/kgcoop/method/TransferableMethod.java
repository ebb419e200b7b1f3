package org.kgcoop.method;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;

/**
 * A method whose learners take what others have learned: one for other classes, given the same
 * tensors, answers for those.
 */
public interface TransferableMethod extends TrainedMethod {

  /**
   * A learner of those classes that starts from the method's initial values.
   *
   * @throws org.kgcoop.KgCoopException of the kind CONFIGURATION where the encoders of the CLIP are
   *     not of the kind that the method learns in
   */
  TrainableModel model(Clip clip, List<String> classNames, long seed);

  @Override
  default TrainableModel model(FitContext context) {
    return model(context.clip(), context.classNames(), context.task().seed());
  }

  /** Makes a learner of one class, which looks at all that it needs of a CLIP. */
  @Override
  default void check(Clip clip) {
    model(clip, List.of("object"), 0).close();
  }

  @Override
  default Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    return learned.head(model(clip, classNames, 0));
  }
}
