package org.kgcoop.trial;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.kgcoop.data.DataSet;
import org.kgcoop.features.TrainingLoader;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.model.Head;
import org.kgcoop.model.ModelInputs;
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

/** Training of a model on a few-shot sample in an open run folder, started or resumed. */
final class RunTraining {
  private final ExperimentContext context;
  private final DataSet data;
  private final TrainingSettings training;
  private final TrainableModel model;
  private final String what;

  /**
   * Creates a training.
   *
   * @param model a model for the classes of the trial's sample
   */
  RunTraining(ExperimentContext context, Trial trial, TrainedMethod method, TrainableModel model) {
    this.context = context;
    this.model = model;
    data = trial.sample().data(context.warnings());
    training = trial.recipe().steps();
    what = data.name() + ", " + method.title() + ", seed " + training.seed();
  }

  /** Trains the missing steps. */
  Trained run(RunFolder folder) {
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
      double prepareSeconds = prepared(loader);
      folder.events().rewind(step);
      from.ifPresent(c -> context.progress().message(what + ": resumes after step " + step));
      ToDoubleFunction<TrainableModel> validation = validation(model.inputs());
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
  private double prepared(TrainingLoader loader) {
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
   * Returns a function that computes the accuracy on the validation images. Their features belong
   * to the scope of the caller.
   */
  private @Nullable ToDoubleFunction<TrainableModel> validation(ModelInputs inputs) {
    if (training.modelSelection() != ModelSelection.BEST) {
      return null;
    }
    if (data.val().isEmpty()) {
      context
          .warnings()
          .accept(data.name() + ": no validation images, so the last epoch is kept, not the best");
      return null;
    }
    String what = data.name() + ": validation images";
    int classes = data.classNames().size();
    Tensor features =
        inputs.block().isPresent()
            ? null // the features change in each epoch
            : Evaluator.features(context.cache(), data.val(), context.progress(), what);
    return model -> {
      try (Scope scope = Scope.open("validation");
          Head now = model.toHead()) {
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
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RunFolder folder;
    private final Progress.Task task;
    private long step;
    private final TrainingTime before;

    Recorder(RunFolder folder, Progress.Task task, long step, TrainingTime before) {
      this.folder = folder;
      this.task = task;
      this.step = step;
      this.before = before;
    }

    @Override
    public void step(int epoch, int batch, double rate, Map<String, Double> losses) {
      step++;
      ObjectNode event = JSON.createObjectNode();
      event.put("step", step).put("epoch", epoch + 1).put("batch", batch + 1).put("lr", rate);
      losses.forEach(event::put);
      folder.events().append(event);
      task.step(step, epoch + 1, rate, losses);
    }

    @Override
    public void epoch(int epoch, @Nullable Double validation) {
      task.done(epoch + 1L);
      if (validation != null) {
        folder
            .events()
            .append(
                JSON.createObjectNode()
                    .put("step", step)
                    .put("epoch", epoch + 1)
                    .put("validation_accuracy", validation));
      }
    }

    @Override
    public void checkpoint(Checkpoint checkpoint, TrainingTime effort) {
      folder.save(checkpoint, before.plus(effort));
    }
  }
}
