package org.kgcoop.method;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.Head;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.SettingValues;

/**
 * Method to classify image features. {@link #fit} learns from data, and {@link #classifier} returns
 * a classifier that uses the result. Kinds of methods differ only in the services of {@link
 * FitContext} that they use.
 */
public interface Method {

  /**
   * Returns the declaration of the method: its name, its settings, and its publication. It is the
   * constant {@code DECLARATION} of the class.
   */
  @SuppressWarnings("unchecked") // MethodRegistry lists the constants
  default Declaration<Method> declaration() {
    try {
      return (Declaration<Method>) getClass().getField("DECLARATION").get(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(getClass() + ": expected a constant DECLARATION", e);
    }
  }

  /** Returns the name in files and options, such as {@code kgcoop}. */
  default String id() {
    return declaration().id();
  }

  /** Returns the name used in papers, such as {@code KgCoOp}. */
  default String title() {
    return declaration().title();
  }

  /**
   * Returns the kind of prompt, in the terms of the published table: {@code hand-crafted}, {@code
   * textual}, {@code visual}, {@code textual+visual}, or {@code none}.
   */
  default String prompts() {
    return declaration().prompts();
  }

  /** Returns all settings, in the form that {@link Declaration#parse} reads. */
  default SettingValues settingValues() {
    return declaration().values(this);
  }

  /** Returns the method with other values of some settings. */
  default Method with(SettingValues others) {
    return declaration().parse(settingValues().with(others));
  }

  /**
   * Learns from data.
   *
   * @return the fitted method, which includes the settings that were selected, or a model to train;
   *     tensors are in the open scope of the caller
   * @throws KgCoopException if the method cannot learn from these data, or if it was interrupted
   */
  Fit fit(FitContext context);

  /**
   * Returns a classifier that uses the fitted method. The caller closes it. Call {@link
   * FittedMethod#classifier} instead, which handles methods with fixed classes.
   *
   * @param learned the result of a method of this kind
   * @param classNames the learned classes, or any classes if the method is not {@link
   *     #closedClassReason}
   * @throws KgCoopException if the tensors do not fit the CLIP model or the classes
   */
  Head classifier(Clip clip, FittedMethod learned, List<String> classNames);

  /**
   * Returns the method for the classification of another data set, with the hand-crafted texts of
   * that data set. A method that supports only its own classes returns itself.
   *
   * @param other the method with the settings for the other data set
   */
  default Method forDataSetOf(Method other) {
    if (closedClassReason().isPresent() || !other.id().equals(id())) {
      return this;
    }
    Map<String, Object> values = new LinkedHashMap<>(settingValues().values());
    values.keySet().removeAll(SharedSettings.TEXTS);
    Map<String, Object> texts = new LinkedHashMap<>(other.settingValues().values());
    texts.keySet().retainAll(SharedSettings.TEXTS);
    values.putAll(texts);
    return declaration().parse(new SettingValues(values));
  }

  /**
   * Returns the names of the context vector parameters in the space of the token embeddings, one
   * per block of the text encoder, starting at block 0. A parameter is inserted before its block.
   * Its shape is (vectors, W), or (C, vectors, W) if each class has its own vectors. Empty if the
   * method has none.
   */
  default List<String> textVectors() {
    return List.of();
  }

  /**
   * Returns the method with its training steps, if it has any. A setting that is not selected yet
   * has an arbitrary value.
   */
  default Optional<TrainedMethod> trained() {
    return Optional.empty();
  }

  /**
   * Returns the reason why the method supports only classes that it has learned, as the subject of
   * a sentence. Empty if the method supports any class names.
   */
  default Optional<String> closedClassReason() {
    return declaration().bound();
  }

  /**
   * Returns the bytes that a fit without training steps takes beyond its features, or 0 if they are
   * few.
   *
   * @param images the number of training images
   */
  default long fitBytes(int images) {
    return 0;
  }

  /**
   * Checks that the method can learn from these data, before any training.
   *
   * @param classes the number of classes to learn
   * @param validation true if there are validation images
   * @throws KgCoopException of the kind CONFIGURATION, if it cannot
   */
  default void check(TaskContext task, int classes, boolean validation) {}

  /**
   * Checks that the method supports this CLIP model, before any training.
   *
   * @throws KgCoopException of the kind CONFIGURATION, if it does not
   */
  default void check(Clip clip) {}
}
