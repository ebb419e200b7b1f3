package org.kgcoop.method;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.Batch;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.tensor.Optimizer;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.UpdateRule;

/** A fit context with given features. It trains a method for ten steps with all images. */
final class GivenFitContext implements FitContext {
  private final Clip clip;
  private final List<String> classNames;
  private final LabeledViews views;
  private final Optional<LabeledFeatures> validation;

  final Map<String, Object> chosen = new LinkedHashMap<>();

  /** The trained methods, with their settings at that time. */
  final List<TrainedMethod> trained = new ArrayList<>();

  GivenFitContext(
      Clip clip, int classes, LabeledViews views, Optional<LabeledFeatures> validation) {
    this.clip = clip;
    this.classNames = IntStream.range(0, classes).mapToObj(c -> "class " + c).toList();
    this.views = views;
    this.validation = validation;
  }

  @Override
  public Clip clip() {
    return clip;
  }

  @Override
  public TaskContext task() {
    return TaskContext.ANY;
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public List<String> allClassNames() {
    return classNames;
  }

  /** Returns the first view of each image. */
  @Override
  public LabeledFeatures train() {
    return new LabeledFeatures(views.features().select(0, 0).unitRows(), views.labels());
  }

  @Override
  public Optional<LabeledFeatures> validation() {
    return validation;
  }

  @Override
  public LabeledViews views(int count, ViewRecipe recipe) {
    return new LabeledViews(views.features().narrow(0, 0, count), views.labels());
  }

  @Override
  public LabeledViews views(TrainedMethod method) {
    return views;
  }

  /** Fits a method, and trains its model if it has one. */
  FittedMethod fit(Method method) {
    Fit fit = method.fit(this);
    if (fit instanceof FittedMethod fitted) {
      return fitted;
    }
    Fit.Training begun = (Fit.Training) fit;
    trained.add(begun.method());
    long[] labels = views.labels().stream().mapToLong(Integer::longValue).toArray();
    Batch batch = new Batch(train().features(), Tensor.of(labels, labels.length));
    try (TrainableModel model = begun.model();
        Optimizer optimizer =
            new Optimizer(
                List.copyOf(model.parameters().values()),
                new UpdateRule.Adam(0.9, 0.999, 1e-4, 0.01, true))) {
      for (int step = 0; step < 10; step++) {
        optimizer.step(model.step(batch).gradients(), 0.01);
      }
      Map<String, StoredTensor> parameters = new LinkedHashMap<>();
      model.parameters().forEach((name, p) -> parameters.put(name, StoredTensor.of(name, p)));
      return begun.fitted().apply(parameters);
    }
  }

  @Override
  public double bestWeight(List<Double> grid, DoubleFunction<Method> method) {
    throw new UnsupportedOperationException("no weight is searched for here");
  }

  @Override
  public void chosen(String setting, Object value) {
    chosen.put(setting, value);
  }
}
