package org.kgcoop.method;

import java.util.List;
import java.util.Map;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.Head;

/** A method that goes by the names of classes, so that it learns from no image. */
public interface TextMethod extends Method {

  /** The classifier of those classes, for the caller to close. */
  Head classifier(Clip clip, List<String> classNames);

  /** The texts of the other data. */
  @Override
  default Method on(Method there) {
    return there;
  }

  @Override
  default FittedMethod fit(FitContext context) {
    return new FittedMethod(this, context.classNames(), Map.of());
  }

  @Override
  default Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    return classifier(clip, classNames);
  }
}
