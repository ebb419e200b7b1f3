package org.kgcoop.method;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;

/** Method whose learned tensors can be loaded into a model for other classes. */
public interface TransferableMethod extends TrainedMethod {

  /**
   * Creates a trainable model of the given classes, with the method's initial values.
   *
   * @throws org.kgcoop.KgCoopException of the kind CONFIGURATION, if the method does not support
   *     the encoders of the CLIP model
   */
  TrainableModel model(Clip clip, List<String> classNames, long seed);

  @Override
  default TrainableModel model(FitContext context) {
    return model(context.clip(), context.classNames(), context.task().seed());
  }

  /**
   * Creates a model of one class, which checks everything that the method requires of a CLIP model.
   */
  @Override
  default void check(Clip clip) {
    model(clip, List.of("object"), 0).close();
  }

  @Override
  default Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    return learned.head(model(clip, classNames, 0));
  }
}
