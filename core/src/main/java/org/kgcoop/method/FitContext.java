package org.kgcoop.method;

import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.view.ViewRecipe;

/**
 * Data and services for fitting a method: names, features of the few-shot sample, and a search by
 * nested runs. Tensors are in the open scope of the caller.
 */
public interface FitContext {

  /** Returns the frozen model. */
  Clip clip();

  /** Returns the task that the images were sampled from. */
  TaskContext task();

  /** Returns the names of the classes to learn, by label. */
  List<String> classNames();

  /** Returns the names of all classes of the data set, including those that are not learned. */
  List<String> allClassNames();

  /** Returns the training images of the few-shot sample in the test view. */
  LabeledFeatures train();

  /**
   * Returns the group number of each training image. Cross-validation never splits a group. The
   * list is empty if each image is a group of its own.
   */
  default List<Integer> groups() {
    return List.of();
  }

  /** Returns the validation images, if there are any. */
  Optional<LabeledFeatures> validation();

  /**
   * Returns the training images in random views, which are encoded once and cached.
   *
   * @param count V, the number of views; 0 returns only the test view
   */
  LabeledViews views(int count, ViewRecipe recipe);

  /**
   * Returns the training images in all views that the training steps of a method use, if these
   * views are cached. If every epoch has its own views, returns the test view.
   */
  LabeledViews views(TrainedMethod method);

  /** Returns the best weight of a grid, by a search among the classes of the sample. */
  double bestWeight(List<Double> grid, DoubleFunction<Method> method);

  /**
   * Ends the work if the user stopped it or its time is up. Methods with a search of their own call
   * this between its steps.
   *
   * @throws org.kgcoop.KgCoopException of the category INTERRUPTED, to end the work
   */
  default void checkInterrupted() {}

  /** Records a setting that was selected, together with the results. */
  void chosen(String setting, Object value);
}
