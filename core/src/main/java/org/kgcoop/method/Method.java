package org.kgcoop.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.method.setting.Declaration;
import org.kgcoop.model.Head;

/**
 * A way to classify image features: {@link #fit} learns what it learns, {@link #classifier} answers
 * by it. All that tells one kind of method from another is what it asks of the {@link FitContext}.
 */
public interface Method {

  /** All that is said of the method: its name, its settings, where it was published. */
  Declaration<Method> declaration();

  /** The name in files and options, such as {@code kgcoop}. */
  default String id() {
    return declaration().about().id();
  }

  /** The name as papers write it, such as {@code KgCoOp}. */
  default String title() {
    return declaration().about().title();
  }

  /**
   * The kind of prompt, as the published table says it: {@code hand-crafted}, {@code textual}, or
   * {@code none}.
   */
  default String prompts() {
    return declaration().prompts();
  }

  /** All settings, in the form that {@link Declaration#parse} reads. */
  default ObjectNode toJson() {
    return declaration().json(this);
  }

  /**
   * Learns from data.
   *
   * @return what was learned; its method has the settings that were found on the way
   * @throws KgCoopException where it cannot learn from those data, or was interrupted
   */
  FittedMethod fit(FitContext context);

  /**
   * A classifier by what was learned, for the caller to close. Ask for it with {@link
   * FittedMethod#classifier}, which knows the classes that a bound method has learned.
   *
   * @param learned by a method of this kind
   * @param classNames the learned ones, or any where the method is not {@link #bound}
   * @throws KgCoopException where the tensors do not fit the CLIP or the classes
   */
  Head classifier(Clip clip, FittedMethod learned, List<String> classNames);

  /**
   * The method as it classifies another data set than it has learned from: itself where it knows
   * nothing of their hand-crafted texts.
   *
   * @param there the method as it would learn from those data
   */
  default Method on(Method there) {
    return this;
  }

  /**
   * The method with its steps of training, if there are any; a setting that is still to be found
   * has any value.
   */
  default Optional<TrainedMethod> trained() {
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
  default void check(TaskContext task, int classes, boolean validation) {}

  /**
   * Refuses a CLIP that it cannot learn with, before anything is trained.
   *
   * @throws KgCoopException of the kind CONFIGURATION
   */
  default void check(Clip clip) {}
}
