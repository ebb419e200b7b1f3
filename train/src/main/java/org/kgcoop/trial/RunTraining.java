package org.kgcoop.trial;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.kgcoop.Messages;
import org.kgcoop.data.DataSet;
import org.kgcoop.features.TrainingLoader;
import org.kgcoop.io.StoredTensor;
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
import org.kgcoop.train.BatchSampler;
import org.kgcoop.train.ModelSelection;
import org.kgcoop.train.Trainer;
import org.kgcoop.train.TrainingSettings;

/**
 * Training of a model on a few-shot sample in an open run folder, started or resumed.
 *
 * @param model a model for the classes of the trial's sample
 */
record RunTraining(
    ExperimentContext context, Trial trial, TrainedMethod method, TrainableModel model) {

  /** Trains the missing steps. */
  Trained run(RunFolder folder) {
    DataSet data = trial.sample().data(context.warnings());
    TrainingSettings training = trial.recipe().steps();
    String what = data.name() + ", " + method.title() + ", seed " + training.seed();
    Optional<Checkpoint> from = folder.newest();
    long step = from.map(Checkpoint::step).orElse(0L);
    TrainingTime before = from.map(folder::effort).orElse(TrainingTime.NONE);
    int epochs = training.schedule().epochs();
    try (Scope scope = Scope.open("training");
        TrainingLoader loader =
            new TrainingLoader(
                context.cache(),
                data.train(),
                training.augmentation(),
                training.seed(),
                model.inputs())) {
      double prepareSeconds = prepared(loader, what);
      folder.events().rewind(step);
      from.ifPresent(c -> context.progress().message(what + ": resumes after step " + step));
      ToDoubleFunction<TrainableModel> validation =
          training.modelSelection() == ModelSelection.BEST ? validation(data) : null;
      BatchSampler batches = training.plan(loader);
      try (Progress.Task task = context.progress().start(what + ", epochs", epochs)) {
        from.ifPresent(checkpoint -> task.doneBefore(checkpoint.epoch()));
        Recorder recorder = new Recorder(folder, task, step, before);
        Trainer.Outcome outcome =
            new Trainer(model, loader, training, batches, recorder, context.interrupted())
                .train(from.orElse(null), validation);
        TrainingTime effort = before.plus(outcome.effort());
        return new Trained(
            outcome.parameters(),
            new RunResults.Training(
                effort.images(), effort.seconds(), effort.msPerImage(), prepareSeconds));
      }
    }
  }

  /** Computes the features that are encoded once, and returns the seconds that they take. */
  private double prepared(TrainingLoader loader, String what) {
    if (loader.toPrepare() == 0) {
      return 0;
    }
    try (Progress.Task task =
        context.progress().start(what + ": image features", loader.toPrepare())) {
      return loader.prepare(task);
    }
  }

  /**
   * Result of a training.
   *
   * @param parameters the parameters by name
   * @param time the time of the training
   */
  record Trained(Map<String, StoredTensor> parameters, RunResults.Training time) {}

  /**
   * Returns a function that computes the accuracy on the validation images, or null if there are
   * none. Their features belong to the scope of the caller.
   */
  private @Nullable ToDoubleFunction<TrainableModel> validation(DataSet data) {
    if (data.val().isEmpty()) {
      context
          .warnings()
          .accept(data.name() + ": no validation images, so the last epoch is kept, not the best");
      return null;
    }
    String what = data.name() + ": validation images";
    int classes = data.classNames().size();
    Tensor features =
        model.inputs().block().isPresent()
            ? null // the features change in each epoch
            : Evaluator.features(context.cache(), data.val(), context.progress(), what);
    return trained -> {
      try (Scope scope = Scope.open("validation");
          Head now = trained.toHead()) {
        Tensor validationFeatures =
            features == null
                ? Evaluator.features(now, context.cache(), data.val(), context.progress(), what)
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
