package org.kgcoop.trial;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.NearestWords;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.features.Augmentation;
import org.kgcoop.features.TrainingLoader;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.method.FitContext;
import org.kgcoop.method.LabeledFeatures;
import org.kgcoop.method.LabeledViews;
import org.kgcoop.method.Method;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.RunFolder;
import org.kgcoop.runs.RunResults;

/** Fit context of a trial: the method learns from the trial's sample in a run folder. */
class TrialFitContext implements FitContext {
  /** Number of nearest words per context vector in the results. */
  private static final int WORDS = 5;

  private final ExperimentContext experiment;
  private final Trial trial;
  private final RunFolder folder;
  private final CrossValidation.Runner runner;
  private final DataSet data;
  private int views;
  private final Map<String, Object> chosen = new LinkedHashMap<>();

  /**
   * Creates the context of a trial.
   *
   * @param runner a function that runs another trial
   */
  TrialFitContext(
      ExperimentContext experiment, Trial trial, RunFolder folder, CrossValidation.Runner runner) {
    this.experiment = experiment;
    this.trial = trial;
    this.folder = folder;
    this.runner = runner;
    data = trial.sample().data(experiment.warnings());
  }

  @Override
  public Clip clip() {
    return experiment.clip();
  }

  @Override
  public TaskContext task() {
    return trial.sample().task();
  }

  @Override
  public List<String> classNames() {
    return data.classNames();
  }

  @Override
  public List<String> allClassNames() {
    return trial.sample().allClassNames();
  }

  @Override
  public LabeledFeatures train() {
    views = Math.max(views, 1);
    return features(data.train(), "training images");
  }

  @Override
  public List<Integer> groups() {
    return Item.groupNumbers(data.train());
  }

  @Override
  public Optional<LabeledFeatures> validation() {
    return data.val().isEmpty()
        ? Optional.empty()
        : Optional.of(features(data.val(), "validation images"));
  }

  private LabeledFeatures features(List<Item> items, String what) {
    return new LabeledFeatures(
        Evaluator.features(
            experiment.cache(), items, experiment.progress(), data.name() + ": " + what),
        items.stream().map(Item::label).toList());
  }

  @Override
  public LabeledViews views(int count, ViewRecipe recipe) {
    return views(
        count == 0 ? Augmentation.TEST : new Augmentation(Augmentation.Kind.CACHE, count, recipe));
  }

  @Override
  public LabeledViews views(TrainedMethod method) {
    Augmentation views = trial.recipe().steps().augmentation();
    return views(views.views() == 0 ? Augmentation.TEST : views);
  }

  /** Returns the number of views per training image that the method has used so far. */
  int usedViews() {
    return views;
  }

  private LabeledViews views(Augmentation augmentation) {
    views = Math.max(views, augmentation.views());
    TrainingLoader source =
        new TrainingLoader(experiment.cache(), data.train(), augmentation, task().seed());
    try (Progress.Task task =
        experiment.progress().start(data.name() + ": image features", source.toPrepare())) {
      return new LabeledViews(source.raw(task), data.train().stream().map(Item::label).toList());
    }
  }

  @Override
  public double bestWeight(List<Double> grid, DoubleFunction<Method> method) {
    return new WeightSearch(experiment, trial, grid, method, runner).find(folder.path());
  }

  @Override
  public void checkInterrupted() {
    experiment.checkInterrupted();
  }

  @Override
  public void chosen(String setting, Object value) {
    chosen.put(setting, value);
  }

  /**
   * Returns the results of the training, without evaluation sets.
   *
   * @param file the trained classifier
   * @param training the time of the training steps; null if there were none
   */
  RunResults learned(ClassifierFile file, RunResults.@Nullable Training training) {
    List<List<String>> words = NearestWords.of(file, experiment.clip(), WORDS);
    return new RunResults(chosen, training, words, List.of(), null, null);
  }
}
