package org.kgcoop.method;

import java.util.List;
import java.util.Map;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.Head;

/** Method that uses only class names, and learns from no image. */
public interface TextMethod extends Method {

  /** Returns a classifier of the given classes. The caller closes it. */
  Head classifier(Clip clip, List<String> classNames);

  @Override
  default FittedMethod fit(FitContext context) {
    return new FittedMethod(this, context.classNames(), Map.of());
  }

  @Override
  default Head classifier(Clip clip, FittedMethod learned, List<String> classNames) {
    return classifier(clip, classNames);
  }
}
