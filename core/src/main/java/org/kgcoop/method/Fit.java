package org.kgcoop.method;

import java.util.Map;
import java.util.function.Function;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.TrainableModel;

/** Result of {@link Method#fit}: a fitted method, or a model that the caller trains. */
public sealed interface Fit permits FittedMethod, Fit.Training {

  /**
   * Model to train by gradient steps on batches.
   *
   * @param method the method with the settings that were selected before the training
   * @param model the model with its initial values; the caller trains and closes it
   * @param fitted a function that returns the fitted method for the trained parameters, by name; it
   *     is called in the scope in which the method was fitted
   */
  record Training(
      TrainedMethod method,
      TrainableModel model,
      Function<Map<String, StoredTensor>, FittedMethod> fitted)
      implements Fit {}
}
