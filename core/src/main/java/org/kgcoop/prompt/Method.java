package org.kgcoop.prompt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.kgcoop.clip.Clip;

/** A way to classify image features: settings that make a classifier for a list of classes. */
public interface Method {

  /** The name in files and options, such as {@code kgcoop}. */
  String id();

  /** The name as papers write it, such as {@code KgCoOp}. */
  String title();

  /**
   * What is learned or written, as the published table says: {@code hand-crafted}, {@code textual}.
   */
  String prompts();

  /**
   * Ready for those classes. A learned method starts from its initial values.
   *
   * @param seed of what the method draws at random
   */
  FeatureClassifier classifier(Clip clip, List<String> classNames, long seed);

  /** All settings, in the form that {@link MethodCatalogue#parse} reads. */
  ObjectNode toJson();
}
