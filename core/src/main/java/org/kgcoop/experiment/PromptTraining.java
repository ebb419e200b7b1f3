package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.kgcoop.Version;
import org.kgcoop.bank.FeatureSource;
import org.kgcoop.data.DataSet;
import org.kgcoop.prompt.PromptFile;
import org.kgcoop.prompt.PromptLearner;
import org.kgcoop.prompt.PromptMethod;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.train.BatchPlan;
import org.kgcoop.train.Checkpoint;
import org.kgcoop.train.RunFolder;
import org.kgcoop.train.Trainer;
import org.kgcoop.train.TrainingSettings;

/** A prompt trained on one draw into an open run folder: begun, or gone on with. */
final class PromptTraining {
  private final Workbench bench;
  private final Draw draw;
  private final DataSet data;
  private final PromptMethod method;
  private final TrainingSettings training;

  PromptTraining(Workbench bench, Draw draw, PromptMethod method, TrainingSettings training) {
    this.bench = bench;
    this.draw = draw;
    this.data = draw.data(bench.warnings());
    this.method = method;
    this.training = training;
  }

  /**
   * Trains what is missing and writes the prompt file.
   *
   * @param learner for the drawn classes; has the trained parameters afterwards
   * @return {@code training} of the results
   */
  ObjectNode train(RunFolder folder, PromptLearner learner) {
    String what = data.name() + ", " + method.title() + ", seed " + training.seed();
    FeatureSource source =
        new FeatureSource(bench.bank(), data.train(), training.augmentation(), training.seed());
    double prepareSeconds = 0;
    if (source.toPrepare() > 0) {
      try (Progress.Task task =
          bench.progress().start(what + ": image features", source.toPrepare())) {
        prepareSeconds = source.prepare(task::done);
      }
    }
    Optional<Checkpoint> from = folder.newest();
    folder.events().rewind(from.map(Checkpoint::step).orElse(0L));
    from.ifPresent(c -> bench.progress().message(what + ": goes on after step " + c.step()));
    int epochs = training.schedule().epochs();
    Trainer.Outcome outcome;
    try (Progress.Task task = bench.progress().start(what, epochs)) {
      BatchPlan plan =
          training.sampler().plan(source.labels(), training.batchSize(), training.seed());
      outcome =
          new Trainer(
                  learner,
                  source,
                  training,
                  plan,
                  new Recorder(folder, task, from.map(Checkpoint::step).orElse(0L)),
                  bench.interrupted())
              .train(from.orElse(null), validation());
    }
    try (Scope scope = Scope.open("trained parameters")) {
      Map<String, Tensor> values = new LinkedHashMap<>();
      outcome.parameters().forEach((name, stored) -> values.put(name, stored.tensor()));
      learner.load(values);
    }
    promptFile(outcome).write(folder.promptFile());
    return JsonNodeFactory.instance
        .objectNode()
        .put("pictures", outcome.pictures())
        .put("seconds", outcome.seconds())
        .put("ms_per_image", 1000 * outcome.seconds() / Math.max(1, outcome.pictures()))
        .put("prepare_seconds", prepareSeconds);
  }

  private PromptFile promptFile(Trainer.Outcome outcome) {
    return new PromptFile(
        method,
        data.classNames(),
        draw.template(),
        bench.clip().fingerprint(),
        draw.fingerprint(bench.warnings()),
        Version.KGCOOP,
        outcome.parameters());
  }

  private @Nullable ToDoubleFunction<PromptLearner> validation() {
    if (!training.keepBest()) {
      return null;
    }
    if (data.val().isEmpty()) {
      bench
          .warnings()
          .accept(
              data.name() + ": no validation pictures, so the last epoch is kept, not the best");
      return null;
    }
    DataSet onVal = data.withPictures(List.of(), List.of(), data.val());
    return learner ->
        Evaluator.evaluate(learner, bench.bank(), onVal, Progress.SILENT).evaluation().accuracy();
  }

  /** Writes events and checkpoints, and moves the bar. */
  private static final class Recorder implements Trainer.Listener {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RunFolder folder;
    private final Progress.Task task;
    private long step;

    Recorder(RunFolder folder, Progress.Task task, long step) {
      this.folder = folder;
      this.task = task;
      this.step = step;
    }

    @Override
    public void step(int epoch, int batch, double rate, Map<String, Double> losses) {
      step++;
      ObjectNode event = JSON.createObjectNode();
      event.put("step", step).put("epoch", epoch + 1).put("batch", batch + 1).put("lr", rate);
      losses.forEach(event::put);
      folder.events().append(event);
      double first = losses.values().iterator().next();
      task.detail(String.format(Locale.ROOT, "loss %.3f", first));
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
    public void checkpoint(Checkpoint checkpoint) {
      folder.save(checkpoint);
    }
  }
}
