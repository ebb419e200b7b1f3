package org.kgcoop.method;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.io.StoredTensor;

/**
 * The data and the services that a method learns by: features of the drawn images, and training by
 * steps, which is kept in a folder and resumed. Tensors are in the open scope of the caller.
 */
public interface FitContext {

  /** The frozen model. */
  Clip clip();

  /** The data that the images were drawn from. */
  TaskContext task();

  /** The names of the classes that are learned, by label. */
  List<String> classNames();

  /** The names of all classes of the data set, those that are not learned too. */
  List<String> allClassNames();

  /** The drawn training images as they are tested. */
  LabeledFeatures train();

  /**
   * The group of each drawn training image, by number: a search by folds never divides a group.
   * Empty if each image is a group of its own.
   */
  default List<Integer> groups() {
    return List.of();
  }

  /** The validation images, if there are any. */
  Optional<LabeledFeatures> validation();

  /**
   * The drawn training images in random views, which are encoded once and kept.
   *
   * @param count V; 0 for the test view alone, which then is the one there is
   */
  LabeledViews views(int count, ViewRecipe recipe);

  /**
   * The drawn training images in all views that the steps of that method see, where these are
   * encoded once; where each epoch has its own, as they are tested.
   */
  LabeledViews views(TrainedMethod method);

  /** The parameters of that method after all steps of its training, by name. */
  Map<String, StoredTensor> train(TrainedMethod method);

  /** The best of some weights, by a search among the drawn classes. */
  double bestWeight(List<Double> grid, DoubleFunction<Method> method);

  /** Keeps a setting that was found with the results. */
  void chosen(String setting, Object value);
}
