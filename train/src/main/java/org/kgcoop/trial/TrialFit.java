package org.kgcoop.trial;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.kgcoop.Messages;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.NearestWords;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.features.Augmentation;
import org.kgcoop.features.TrainingLoader;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.Fit;
import org.kgcoop.method.FitContext;
import org.kgcoop.method.FittedMethod;
import org.kgcoop.method.LabeledFeatures;
import org.kgcoop.method.LabeledViews;
import org.kgcoop.method.Method;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.Checkpoint;
import org.kgcoop.runs.RunFolder;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TrainingTime;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.train.ModelSelection;
import org.kgcoop.train.Trainer;
import org.kgcoop.train.TrainingSettings;

/**
 * Fit of a trial in its open run folder: it gives the method the trial's sample, and trains the
 * model of a method that is trained in steps, started or resumed.
 */
class TrialFit implements FitContext {
  /** Number of nearest words per context vector in the results. */
  private static final int WORDS = 5;

  private final ExperimentContext experiment;
  private final Trial trial;
  private final RunFolder folder;
  private final CrossValidation.Runner runner;
  private final DataSet data;
  private int views;
  private final Map<String, Object> chosen = new LinkedHashMap<>();
  private RunResults.@Nullable Training time; // null without training steps

  /**
   * Creates the fit of a trial.
   *
   * @param runner a function that runs another trial
   */
  TrialFit(
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

  /** Fits the method, with the training steps that are missing. */
  FittedMethod fitted() {
    try (Scope scope = Scope.open("fit")) {
      Fit fit = trial.method().fit(this);
      if (fit instanceof Fit.Training begun) {
        try (TrainableModel model = begun.model()) {
          return begun.fitted().apply(trained(begun.method(), model));
        }
      }
      return (FittedMethod) fit;
    }
  }

  /**
   * Returns the results of the training, without evaluation sets.
   *
   * @param file the trained classifier
   */
  RunResults learned(ClassifierFile file) {
    List<List<String>> words = NearestWords.of(file, experiment.clip(), WORDS);
    return new RunResults(chosen, time, words, List.of(), null, null);
  }

  /**
   * Trains the missing steps.
   *
   * @param model a model for the classes of the sample
   * @return the parameters by name
   */
  private Map<String, StoredTensor> trained(TrainedMethod method, TrainableModel model) {
    TrainingSettings training = trial.recipe().steps();
    String what = data.name() + ", " + method.title() + ", seed " + training.seed();
    Optional<Checkpoint> from = folder.newest();
    long step = from.map(Checkpoint::step).orElse(0L);
    TrainingTime before = from.map(folder::effort).orElse(TrainingTime.NONE);
    int epochs = training.schedule().epochs();
    try (Scope scope = Scope.open("training");
        TrainingLoader loader =
            new TrainingLoader(
                experiment.cache(),
                data.train(),
                training.augmentation(),
                training.seed(),
                model.inputs())) {
      double prepareSeconds = prepared(loader, what);
      folder.events().rewind(step);
      from.ifPresent(c -> experiment.progress().message(what + ": resumes after step " + step));
      ToDoubleFunction<TrainableModel> validation =
          training.modelSelection() == ModelSelection.BEST ? validation(model) : null;
      IntFunction<List<int[]>> batches = training.plan(loader);
      try (Progress.Task task = experiment.progress().start(what + ", epochs", epochs)) {
        from.ifPresent(checkpoint -> task.doneBefore(checkpoint.epoch()));
        Recorder recorder = new Recorder(folder, task, step, before);
        Trainer.Trained outcome =
            new Trainer(model, loader, training, batches, recorder, experiment.interrupted())
                .train(from.orElse(null), validation);
        TrainingTime effort = before.plus(outcome.effort());
        time =
            new RunResults.Training(
                effort.images(), effort.seconds(), effort.msPerImage(), prepareSeconds);
        return outcome.parameters();
      }
    }
  }

  /** Computes the features that are encoded once, and returns the seconds that they take. */
  private double prepared(TrainingLoader loader, String what) {
    if (loader.toPrepare() == 0) {
      return 0;
    }
    try (Progress.Task task =
        experiment.progress().start(what + ": image features", loader.toPrepare())) {
      return loader.prepare(task);
    }
  }

  /**
   * Returns a function that computes the accuracy on the validation images, or null if there are
   * none. Their features belong to the scope of the caller.
   */
  private @Nullable ToDoubleFunction<TrainableModel> validation(TrainableModel model) {
    if (data.val().isEmpty()) {
      experiment
          .warnings()
          .accept(data.name() + ": no validation images, so the last epoch is kept, not the best");
      return null;
    }
    String what = data.name() + ": validation images";
    int classes = data.classNames().size();
    Tensor features =
        model.inputs().block().isPresent()
            ? null // the features change in each epoch
            : Evaluator.features(experiment.cache(), data.val(), experiment.progress(), what);
    return trained -> {
      try (Scope scope = Scope.open("validation");
          Head now = trained.toHead()) {
        Tensor validationFeatures =
            features == null
                ? Evaluator.features(
                    now, experiment.cache(), data.val(), experiment.progress(), what)
                : features;
        return Evaluator.evaluate(now, validationFeatures, data.val(), classes)
            .evaluation()
            .accuracy();
      }
    };
  }

  /** Listener that writes events and checkpoints, and updates the progress bar. */
  private static final class Recorder implements Trainer.Listener {
    private final RunFolder folder;
    private final Progress.Task task;
    private final TrainingTime before;
    private long step;
    private int summedEpoch = -1;
    private int summedSteps;
    private double lossSum;

    Recorder(RunFolder folder, Progress.Task task, long step, TrainingTime before) {
      this.folder = folder;
      this.task = task;
      this.step = step;
      this.before = before;
    }

    @Override
    public void step(int epoch, int batch, double rate, Map<String, Double> losses) {
      step++;
      Map<String, Object> event = event(epoch);
      event.put("batch", batch + 1);
      event.put("lr", rate);
      event.putAll(losses);
      folder.events().append(event);
      task.step(step, epoch + 1, rate, losses);
      task.detail(Messages.format("loss %.3f", meanLoss(epoch, losses.values().iterator().next())));
    }

    /** Returns the mean loss of the epoch so far. That of one step may be the loss of one image. */
    private double meanLoss(int epoch, double loss) {
      if (epoch != summedEpoch) {
        summedEpoch = epoch;
        summedSteps = 0;
        lossSum = 0;
      }
      lossSum += loss;
      return lossSum / ++summedSteps;
    }

    @Override
    public void epoch(int epoch, @Nullable Double validation) {
      task.done(epoch + 1L);
      if (validation != null) {
        Map<String, Object> event = event(epoch);
        event.put("validation_accuracy", validation);
        folder.events().append(event);
      }
    }

    private Map<String, Object> event(int epoch) {
      Map<String, Object> event = new LinkedHashMap<>();
      event.put("step", step);
      event.put("epoch", epoch + 1);
      return event;
    }

    @Override
    public void checkpoint(Checkpoint checkpoint, TrainingTime effort) {
      folder.save(checkpoint, before.plus(effort));
    }
  }
}
