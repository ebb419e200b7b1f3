package org.kgcoop.prompt;

import java.util.List;
import org.kgcoop.clip.Clip;

/** A method that goes by the names of classes, so that it needs no picture of them. */
public interface TextMethod extends Method {

  /**
   * Ready for those classes. A learned method starts from its initial values.
   *
   * @param seed of what the method draws at random
   */
  FeatureClassifier classifier(Clip clip, List<String> classNames, long seed);
}
