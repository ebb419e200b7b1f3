package org.kgcoop.prompt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * A way to classify image features. What it needs to be made ready tells the kinds apart: a {@link
 * TextMethod} needs the names of classes.
 */
public interface Method {

  /** The name in files and options, such as {@code kgcoop}. */
  String id();

  /** The name as papers write it, such as {@code KgCoOp}. */
  String title();

  /**
   * What is learned or written, as the published table says: {@code hand-crafted}, {@code textual}.
   */
  String prompts();

  /** What is trained, where that is a prompt; a setting that is still to be found has any value. */
  default Optional<PromptMethod> prompt() {
    return Optional.empty();
  }

  /** All settings, in the form that {@link MethodCatalogue#parse} reads. */
  ObjectNode toJson();
}
