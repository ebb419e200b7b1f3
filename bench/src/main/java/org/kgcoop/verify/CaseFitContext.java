package org.kgcoop.verify;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.method.FitContext;
import org.kgcoop.method.LabeledFeatures;
import org.kgcoop.method.LabeledViews;
import org.kgcoop.method.Method;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.model.Batch;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Tensor;

/** The classes and training images of a reference case. */
record CaseFitContext(Case c, List<String> classNames) implements FitContext {
  CaseFitContext {
    classNames = List.copyOf(classNames);
  }

  @Override
  public Clip clip() {
    return c.clip();
  }

  @Override
  public TaskContext task() {
    return TaskContext.ANY;
  }

  @Override
  public List<String> allClassNames() {
    Case settings = c.at("settings");
    return settings.has("all_classnames") ? settings.texts("all_classnames") : classNames;
  }

  @Override
  public LabeledFeatures train() {
    LabeledViews views = views(1, ViewRecipe.NONE);
    return new LabeledFeatures(views.features().select(0, 0).unitRows(), views.labels());
  }

  @Override
  public Optional<LabeledFeatures> validation() {
    return Optional.empty();
  }

  /** Returns the views of the case for any recipe. */
  @Override
  public LabeledViews views(int count, ViewRecipe recipe) {
    Tensor support = c.tensor("support"); // (V, N, 3, R, R)
    long[] shape = support.shape();
    try (Autograd.Switch off = Autograd.off()) {
      Tensor raw =
          clip().imageEncoder().features(support.reshape(-1, shape[2], shape[3], shape[4]));
      return new LabeledViews(raw.reshape(shape[0], shape[1], -1), c.integers("support_labels"));
    }
  }

  @Override
  public LabeledViews views(TrainedMethod method) {
    return views(1, ViewRecipe.NONE);
  }

  /**
   * Returns features of unit length of some views, with their labels. Index {@code v N + n} is view
   * v of image n.
   */
  Batch batch(int[] indices) {
    LabeledViews views = views(1, ViewRecipe.NONE);
    int count = views.labels().size();
    long[] rows = Arrays.stream(indices).asLongStream().toArray();
    long[] labels = Arrays.stream(indices).mapToLong(i -> views.labels().get(i % count)).toArray();
    Tensor all = views.features().reshape(-1, views.features().size(2)); // (V N, E)
    Tensor chosen = all.indexSelect(0, Tensor.of(rows, rows.length)).unitRows();
    return new Batch(chosen, Tensor.of(labels, labels.length));
  }

  @Override
  public double bestWeight(List<Double> grid, DoubleFunction<Method> method) {
    throw new IllegalStateException("a case has its own weight");
  }

  @Override
  public void chosen(String setting, Object value) {}
}
