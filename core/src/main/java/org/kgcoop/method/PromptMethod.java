package org.kgcoop.method;

import java.util.List;
import java.util.Optional;
import org.kgcoop.prompt.ContextSettings;

/** Method that tunes a prompt. A shared context supports any classes. */
public interface PromptMethod extends TransferableMethod {

  /** Returns the settings of the context vectors. */
  ContextSettings context();

  @Override
  default List<String> textVectors() {
    return List.of("ctx");
  }

  /** Returns this method, whose texts are learned. */
  @Override
  default Method forDataSetOf(Method other) {
    return this;
  }

  @Override
  default Optional<String> closedClassReason() {
    return context().classSpecific() ? Optional.of("a class-specific context") : Optional.empty();
  }
}
