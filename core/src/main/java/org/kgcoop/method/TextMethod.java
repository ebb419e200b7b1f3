package org.kgcoop.method;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.prompt.FeatureClassifier;

/** A method that goes by the names of classes, so that it learns from no image. */
public interface TextMethod extends Method {

  /** The classifier of those classes, for the caller to close. */
  FeatureClassifier classifier(Clip clip, List<String> classNames);

  @Override
  default Fitted fit(Fitting fitting) {
    // Each data set has its own template.
    return (classNames, occasion) ->
        ((TextMethod) fitting.methodOn(occasion)).classifier(fitting.clip(), classNames);
  }
}
