package org.kgcoop.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.kgcoop.KgCoopException;

/**
 * A way to classify image features. {@link #fit} makes it ready; all that tells one kind of method
 * from another is what it asks of the {@link Fitting}.
 */
public interface Method {

  /** The name in files and options, such as {@code kgcoop}. */
  String id();

  /** The name as papers write it, such as {@code KgCoOp}. */
  String title();

  /**
   * The kind of prompt, as the published table says it: {@code hand-crafted}, {@code textual}, or
   * {@code none}.
   */
  String prompts();

  /** All settings, in the form that {@code MethodCatalogue} reads. */
  ObjectNode toJson();

  /**
   * The method after learning what it learns.
   *
   * @throws KgCoopException where it cannot learn from those data, or was interrupted
   */
  Fitted fit(Fitting fitting);

  /** The prompt that is trained, if any; a setting that is still to be found has any value. */
  default Optional<PromptMethod> prompt() {
    return Optional.empty();
  }

  /**
   * The reason why the method answers only for classes that it has learned, as the subject of a
   * sentence; empty where it answers for classes of any name.
   */
  default Optional<String> bound() {
    return Optional.empty();
  }

  /**
   * Refuses data that it cannot learn from, before anything is trained.
   *
   * @param classes that are learned
   * @param validation true if there are validation images
   * @throws KgCoopException of the kind CONFIGURATION
   */
  default void check(Occasion occasion, int classes, boolean validation) {}
}
