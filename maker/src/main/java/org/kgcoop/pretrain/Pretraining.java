package org.kgcoop.pretrain;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Version;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.InitialWeights;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.clip.Tokenizers;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.runs.Checkpoint;
import org.kgcoop.runs.RunFolder;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Pretrains a CLIP: symmetric InfoNCE on batches of images and captions, AdamW, a warm-up and a
 * half cosine, clipped gradients, and a learned scale. Radford et al., "Learning Transferable
 * Visual Models From Natural Language Supervision", ICML 2021.
 *
 * <p>The run folder contains the settings, one line of metrics per few steps, checkpoints, and
 * finally the model, which every command can read. If the folder contains a checkpoint, training
 * resumes. With a fixed number of steps, the result is then byte-identical.
 */
public final class Pretraining {
  private static final int LOG_EVERY = 20; // steps
  private static final double LENGTH = 10; // length of a student's features

  private final Corpus corpus;
  private final @Nullable Corpus validation;
  private final PretrainingSettings settings;
  private final Extent extent;
  private final Listener listener;
  private final Consumer<String> warnings;
  private final BooleanSupplier interrupted;

  /**
   * The options that do not change the training.
   *
   * @param merges the maximum number of merges of the vocabulary
   * @param template the template of the zero-shot check, with {} for the concept
   * @param checkEvery the number of steps between zero-shot checks
   * @param checkImages the maximum number of validation images per check
   * @param checkpointSeconds the training time between checkpoints, in seconds
   * @param start a model with the same sizes whose weights and vocabulary are the start, or null
   *     for random weights
   * @param stored the precision of the final file, float32 or float16
   * @param from a checkpoint of a longer run with the same settings from which a new run continues,
   *     or null
   */
  public record Extent(
      int merges,
      String template,
      int checkEvery,
      int checkImages,
      double checkpointSeconds,
      @Nullable Path start,
      DType stored,
      @Nullable Path from) {
    public Extent {
      if (merges < 0
          || checkEvery < 1
          || checkImages < 1
          || !(checkpointSeconds > 0)
          || !template.contains("{}")
          || (stored != DType.FLOAT32 && stored != DType.FLOAT16)) {
        throw KgCoopException.configuration(
            "expected merges of at least 0, checks every 1 or more steps on 1 or more images,"
                + " checkpoints after more than 0 seconds, a template with {} and float32 or"
                + " float16, got "
                + List.of(merges, checkEvery, checkImages, checkpointSeconds, template, stored));
      }
    }
  }

  /**
   * The progress of training so far.
   *
   * @param step the number of completed steps
   * @param seconds the training time so far, without interruptions
   * @param done the completed fraction of the training, 0 to 1
   * @param perSecond the images per second in the last steps
   * @param loss the mean of the last steps
   * @param scale the scale of the logits
   */
  public record Position(
      long step, double seconds, double done, double perSecond, double loss, double scale) {}

  /** Receives the progress of training. */
  public interface Listener {
    /** Called after some steps. */
    void at(Position position);

    /** Called after a zero-shot check, with the accuracy in percent. */
    void checked(Position position, double accuracy);
  }

  /**
   * Creates a training.
   *
   * @param validation the images of the zero-shot check, or null for none
   * @param interrupted called after each step; if it returns true, a checkpoint is saved and
   *     training ends with an error of the category INTERRUPTED
   */
  public Pretraining(
      Corpus corpus,
      @Nullable Corpus validation,
      PretrainingSettings settings,
      Extent extent,
      Listener listener,
      Consumer<String> warnings,
      BooleanSupplier interrupted) {
    this.corpus = corpus;
    this.validation = validation;
    this.settings = settings;
    this.extent = extent;
    this.listener = listener;
    this.warnings = warnings;
    this.interrupted = interrupted;
    if (extent.from() != null && settings.distillation() == null) {
      throw KgCoopException.configuration(
          "--from: expected --teacher, because without a teacher the learning rates of all steps"
              + " depend on --steps");
    }
    if (extent.start() != null && settings.distillation() != null) {
      throw KgCoopException.configuration(
          "--start and --teacher: expected only one of them, because each has a vocabulary");
    }
  }

  /**
   * Trains to the end and writes the model to the run folder.
   *
   * @return the content of {@code results.json}
   */
  public ObjectNode run(Path out) {
    Distillation distillation = settings.distillation();
    if (distillation == null) {
      return run(out, null);
    }
    try (Teacher teacher = Teacher.load(distillation.teacher(), settings)) {
      Lessons.check(settings, distillation, teacher);
      return run(out, teacher);
    }
  }

  private ObjectNode run(Path out, @Nullable Teacher teacher) {
    try (RunFolder folder = RunFolder.open(out, json(teacher), provenance(), warnings)) {
      if (folder.isComplete()) {
        return (ObjectNode) folder.results();
      }
      Path vocabulary = out.resolve(PretrainedFiles.VOCABULARY);
      Map<String, StoredTensor> begun = Map.of();
      if (extent.start() != null) {
        begun = PretrainedFiles.begin(extent.start(), vocabulary);
      } else if (settings.distillation() != null) {
        PretrainedFiles.copyVocabulary(settings.distillation().teacher(), vocabulary);
      } else {
        VocabularyTraining.write(
            vocabulary,
            VocabularyTraining.merges(Captions.sample(corpus, settings.seed()), extent.merges()));
      }
      Tokenizer tokenizer = Tokenizers.read(vocabulary);
      PretrainingSettings sized = settings.withVocabulary(tokenizer.vocabularySize());
      try (TrainedWeights weights =
          new TrainedWeights(
              sized.model(), start(sized, teacher), settings.precision(), settings.workers())) {
        if (!begun.isEmpty()) {
          weights.load(begun, String.valueOf(extent.start()));
        }
        return teacher == null
            ? new Run(folder, tokenizer, sized, weights, null, null).train(out, Optional.empty())
            : taught(folder, tokenizer, sized, weights, teacher, out);
      }
    }
  }

  private ObjectNode taught(
      RunFolder folder,
      Tokenizer tokenizer,
      PretrainingSettings sized,
      TrainedWeights weights,
      Teacher teacher,
      Path out) {
    Distillation distillation = Objects.requireNonNull(sized.distillation());
    Optional<Checkpoint> begun =
        folder.newest().or(() -> Optional.ofNullable(extent.from()).map(Checkpoint::read));
    Batches batches = new Batches(corpus, tokenizer, sized);
    try (Lessons lessons =
            begun
                .map(last -> Lessons.of(teacher, sized, distillation, last.parameters()))
                .orElseGet(() -> Lessons.of(teacher, sized, distillation, batches));
        WeightMean mean = new WeightMean(weights, distillation.mean())) {
      return new Run(folder, tokenizer, sized, weights, lessons, mean).train(out, begun);
    }
  }

  /** Returns all trained weights before the first step. */
  private static List<StoredTensor> start(PretrainingSettings sized, @Nullable Teacher teacher) {
    List<StoredTensor> start = new ArrayList<>();
    float logScale = (float) Math.log(sized.scale().start());
    try (Scope scope = Scope.open("start")) {
      for (StoredTensor tensor : InitialWeights.of(sized.model(), sized.seed())) {
        String name = tensor.name();
        double factor = teacher == null ? 1 : studentFactor(sized.model().vision(), name);
        start.add(
            name.equals(TrainedWeights.SCALE)
                ? StoredTensor.ofFloats(name, new long[0], logScale)
                : factor == 1 ? tensor : StoredTensor.of(name, tensor.tensor().times(factor)));
      }
    }
    Distillation distillation = sized.distillation();
    if (teacher != null && distillation != null && distillation.hintWeight() > 0) {
      start.addAll(Hints.heads(sized.model(), teacher.config(), sized.seed()));
    }
    return start;
  }

  /**
   * Returns the factor between the published initial weights (PyTorch's defaults) and those of a
   * student. The image blocks of a student start with the deviations of text blocks, so their
   * residual branches are small.
   */
  private static double studentFactor(ClipConfig.Vision vision, String name) {
    if (!name.startsWith("visual.transformer.") || !(vision instanceof ClipConfig.Vit vit)) {
      return 1;
    }
    String matrix = name.replaceFirst(".*resblocks\\.\\d+\\.", "");
    return switch (matrix) {
      case "attn.in_proj_weight" -> Math.sqrt(2);
      case "attn.out_proj.weight" -> Math.sqrt(3 / (2.0 * vit.layers()));
      case "mlp.c_fc.weight" -> Math.sqrt(1.5);
      case "mlp.c_proj.weight" -> Math.sqrt(6.0 / vit.layers());
      default -> 1;
    };
  }

  private ObjectNode json(@Nullable Teacher teacher) {
    ObjectNode json = settings.toJson();
    json.put("images", corpus.size());
    json.put("concepts", corpus.concepts().size());
    json.put("merges", extent.merges());
    json.put("start", extent.start() == null ? "random" : extent.start().toString());
    if (teacher != null) {
      json.put("teacher", teacher.fingerprint());
    }
    return json;
  }

  private static ObjectNode provenance() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("kgcoop", Version.KGCOOP)
        .put("java", System.getProperty("java.version"))
        .put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
  }

  /** A run of the training loop. */
  private final class Run {
    private final RunFolder folder;
    private final PretrainingSettings sized;
    private final TrainedWeights weights;
    private final @Nullable Lessons lessons;
    private final @Nullable WeightMean mean;
    private final int startOfText;
    private final Batches batches;
    private final @Nullable ZeroShotCheck check;
    private long made; // steps
    private double seconds; // training time
    private double accuracy = Double.NaN;

    Run(
        RunFolder folder,
        Tokenizer tokenizer,
        PretrainingSettings sized,
        TrainedWeights weights,
        @Nullable Lessons lessons,
        @Nullable WeightMean mean) {
      this.folder = folder;
      this.sized = sized;
      this.weights = weights;
      this.lessons = lessons;
      this.mean = mean;
      startOfText = tokenizer.start().get(0);
      batches = new Batches(corpus, tokenizer, sized);
      check =
          validation == null
              ? null
              : new ZeroShotCheck(
                  validation, extent.checkImages(), extent.template(), tokenizer, sized);
    }

    /**
     * Trains to the end.
     *
     * @param begun the checkpoint of an earlier part of the run
     */
    ObjectNode train(Path out, Optional<Checkpoint> begun) {
      try (ParallelStep step = new ParallelStep(sized, weights, startOfText, lessons)) {
        begun.or(folder::newest).ifPresent(checkpoint -> goOn(checkpoint, step));
        folder.events().rewind(made);
        steps(step);
        check();
        return end(out);
      }
    }

    private void steps(ParallelStep step) {
      double saved = seconds;
      double loss = 0;
      Map<String, Double> parts = new LinkedHashMap<>();
      double since = seconds;
      try (BatchFeed feed = new BatchFeed(batches, made)) {
        while (settings.length().done(made, seconds) < 1) {
          long start = System.nanoTime();
          ParallelStep.Result result = step.run(made, feed.next(), settings.rate(made, seconds));
          requireFinite(result);
          made++;
          if (mean != null) {
            mean.add(made);
          }
          seconds += (System.nanoTime() - start) / 1e9;
          loss += result.loss() / LOG_EVERY;
          result.parts().forEach((name, part) -> parts.merge(name, part / LOG_EVERY, Double::sum));
          if (made % LOG_EVERY == 0) {
            double perSecond = LOG_EVERY * settings.batchSize() / (seconds - since);
            report(position(perSecond, loss), result.norm(), parts);
            loss = 0;
            parts.clear();
            since = seconds;
          }
          if (made % extent.checkEvery() == 0 && settings.length().done(made, seconds) < 1) {
            check();
          }
          if (interrupted.getAsBoolean()) {
            save(step);
            throw new KgCoopException(
                KgCoopException.Category.INTERRUPTED,
                "interrupted after " + made + " steps; run the same command again to resume");
          }
          if (seconds - saved > extent.checkpointSeconds()) {
            save(step);
            saved = seconds;
          }
        }
      }
    }

    private void goOn(Checkpoint checkpoint, ParallelStep step) {
      weights.load(checkpoint.parameters(), "checkpoint");
      step.load(checkpoint.optimizer());
      if (mean != null) {
        mean.load(checkpoint.averaged());
      }
      made = checkpoint.step();
      // With --steps, a checkpoint contains no time.
      seconds = settings.length().minutes() > 0 ? checkpoint.epoch() : 0;
    }

    private void save(ParallelStep step) {
      int clock = settings.length().minutes() > 0 ? (int) Math.round(seconds) : 0;
      Map<String, StoredTensor> parameters = new LinkedHashMap<>(weights.stored());
      if (lessons != null) {
        parameters.putAll(lessons.stored());
      }
      folder.save(
          new Checkpoint(
              clock,
              0,
              made,
              -1,
              parameters,
              mean == null ? Map.of() : mean.stored(),
              step.state()));
    }

    private void requireFinite(ParallelStep.Result result) {
      if (!Double.isFinite(result.loss()) || !Double.isFinite(result.norm())) {
        throw new KgCoopException(
            KgCoopException.Category.DIVERGED,
            "pretraining: the loss is "
                + result.loss()
                + " and the norm of its gradient "
                + result.norm()
                + " in step "
                + (made + 1)
                + ": try a lower learning rate, or precision float32");
      }
    }

    private Position position(double perSecond, double loss) {
      return new Position(
          made,
          seconds,
          Math.min(1, settings.length().done(made, seconds)),
          perSecond,
          loss,
          scale());
    }

    private double scale() {
      return Math.exp(weights.master(TrainedWeights.SCALE).item());
    }

    private void report(Position position, double norm, Map<String, Double> parts) {
      ObjectNode event =
          JsonNodeFactory.instance
              .objectNode()
              .put("step", position.step())
              .put("loss", position.loss());
      parts.forEach(event::put);
      folder
          .events()
          .append(
              event
                  .put("norm", norm)
                  .put("scale", position.scale())
                  .put("lr", settings.rate(made - 1, seconds))
                  .put("seconds", position.seconds())
                  .put("images_per_second", position.perSecond()));
      listener.at(position);
    }

    private void check() {
      if (check != null) {
        try (Scope scope = Scope.open("zero-shot check");
            Autograd.Switch off = Autograd.off()) {
          accuracy = check.accuracy(result());
        }
        folder
            .events()
            .append(
                JsonNodeFactory.instance
                    .objectNode()
                    .put("step", made)
                    .put("zero_shot_accuracy", accuracy));
        listener.checked(position(Double.NaN, Double.NaN), accuracy);
      }
    }

    /** Returns the encoders of the final model. They belong to the current scope. */
    private TrainableEncoders result() {
      return mean == null ? weights.evaluating() : mean.encoders(sized.model(), sized.precision());
    }

    private ObjectNode end(Path out) {
      Map<String, StoredTensor> stored = mean == null ? weights.stored() : released();
      PretrainedFiles.write(out, stored, sized.model(), extent.stored());
      ObjectNode results =
          JsonNodeFactory.instance
              .objectNode()
              .put("steps", made)
              .put("images_seen", made * settings.batchSize())
              .put("seconds", seconds)
              .put("logit_scale", scale());
      if (check != null) {
        results.put("zero_shot_accuracy", accuracy);
      }
      folder.complete(results);
      return results;
    }

    /**
     * Returns the average of weights without heads. Features are scaled to a length of about 10, as
     * in released CLIP models.
     */
    private Map<String, StoredTensor> released() {
      try (Scope scope = Scope.open("released weights");
          Autograd.Switch off = Autograd.off()) {
        Map<String, StoredTensor> stored = new LinkedHashMap<>();
        if (mean != null) {
          mean.stored().forEach((name, tensor) -> stored.put(name, tensor));
        }
        stored.keySet().removeIf(Hints::isHead);
        Batch batch = batches.batch(0);
        TrainableEncoders encoders = result();
        Tensor images = ParallelStep.images(batch, 0, batch.size(), sized);
        lengthen(stored, "visual.proj", encoders.images().features(images));
        lengthen(
            stored,
            "text_projection",
            ParallelStep.features(encoders.texts(), batch.texts(), startOfText));
        return stored;
      }
    }

    private static void lengthen(
        Map<String, StoredTensor> stored, String projection, Tensor features) {
      float[] squares = features.times(features).sum(1).toFloats();
      double sum = 0;
      for (float square : squares) {
        sum += Math.sqrt(square);
      }
      double factor = LENGTH * squares.length / sum;
      stored.computeIfPresent(
          projection, (name, tensor) -> StoredTensor.of(name, tensor.tensor().times(factor)));
    }
  }
}
