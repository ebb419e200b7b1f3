package org.kgcoop.method;

import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;
import org.kgcoop.clip.Clip;
import org.kgcoop.prompt.PromptLearner;

/**
 * The data and the services that a method learns by: features of the drawn images, and the training
 * of prompts, which is kept in a folder and resumed.
 */
public interface Fitting {

  /** The frozen model. */
  Clip clip();

  /** The names of the classes that are learned, by label. */
  List<String> classNames();

  /** The drawn training images; the caller's scope frees them. */
  LabelledFeatures train();

  /** The validation images, if there are any; the caller's scope frees them. */
  Optional<LabelledFeatures> validation();

  /** The method, with its settings, on other data. */
  Method methodOn(Occasion other);

  /** A trained learner of the drawn classes, for the caller to close. */
  PromptLearner trainedPrompt(PromptMethod method);

  /** The best of some weights, by a search among the drawn classes. */
  double bestWeight(List<Double> grid, DoubleFunction<Method> method);

  /** Keeps a setting that was found with the results. */
  void chosen(String setting, Object value);
}
